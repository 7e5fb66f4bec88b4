package dev.vigil.demo;

/**
 * A rule of an IDS, made up: numbers from 1,000,000 on are everybody's own.
 *
 * @param priority 1 is the highest
 */
record IdsSignature(int id, String title, String category, int priority) {
  static final IdsSignature SSH_RATE =
      new IdsSignature(
          1100002, "LOCAL SSH logins at a high rate", "Attempted Administrator Privilege Gain", 1);
  static final IdsSignature SSH_SCAN =
      new IdsSignature(1100001, "LOCAL scan for SSH", "Attempted Information Leak", 2);
  static final IdsSignature EXPLOIT =
      new IdsSignature(
          1100020, "LOCAL command in a request", "Attempted Administrator Privilege Gain", 1);
  static final IdsSignature UPDATE =
      new IdsSignature(
          1100031, "LOCAL update over plain HTTP", "Potential Corporate Privacy Violation", 3);
  static final IdsSignature PING =
      new IdsSignature(1000301, "LOCAL ICMP echo request", "Misc activity", 3);
}
