package dev.vigil.demo;

/** The log files of the made-up company, each in a format of its own. */
enum LogFile {
  /** OpenSSH and other programs, with the times of RFC 3164. */
  BASTION("bastion/auth.log", "Logins"),
  /** The same on another machine, where rsyslog writes ISO 8601 times. */
  WEB_HOST("web1/auth.log", "Logins"),
  /** Login records of a web application, in JSON. */
  PORTAL("portal/logins.json", "Logins"),
  /** Packets that the Linux kernel logged for a rule of iptables, as UFW makes them. */
  NETFILTER("web1/kern.log", "Firewall"),
  /** A Cisco ASA. */
  ASA("gw1/asa.log", "Firewall"),
  /** Suricata's EVE JSON. */
  SURICATA("ids1/eve.json", "IDS"),
  /** Snort's fast alerts. */
  SNORT("ids2/alert.fast", "IDS"),
  /** nginx, combined log format. */
  ACCESS("web1/access.log", "WebLog");

  private final String path;
  private final String topic;

  LogFile(String path, String topic) {
    this.path = path;
    this.topic = topic;
  }

  /** Where it is in the directory of the logs. */
  String path() {
    return path;
  }

  /** The Kafka topic that takes its lines. */
  String topic() {
    return topic;
  }
}
