package dev.vigil.demo;

import java.time.Instant;

/**
 * Writes lines as the programs do that they are of. What a line says is given; ports, process ids
 * and the like, which tell nothing, come from the time and from a counter.
 */
final class LogLines {
  private static final String MAC = "MAC=02:00:5e:10:00:0a:02:00:5e:10:00:01:08:00 SRC=";
  private static final int FIRST_PORT = 32_768;
  private static final int PORTS = 28_000;

  private final LogTimes times = new LogTimes();
  private final StringBuilder text = new StringBuilder(600);
  private int counter;

  /** The next of the numbers that a system gives out. */
  private int next() {
    counter = (counter + 1) & 0x3FFFFFFF;
    return counter;
  }

  /** A port of a client. */
  int port() {
    return FIRST_PORT + (int) (next() * 7_919L % PORTS);
  }

  /** The time that a line shows of something at that time. */
  static Instant shown(LogFile file, long millis) {
    return switch (file) {
      case BASTION, NETFILTER, ASA, ACCESS -> Instant.ofEpochSecond(Math.floorDiv(millis, 1_000L));
      case PORTAL -> Instant.ofEpochMilli(millis);
      case WEB_HOST, SURICATA, SNORT ->
          Instant.ofEpochMilli(millis).plusNanos(LogTimes.microsOf(millis) * 1_000L);
    };
  }

  /** A line of a program on one of the machines with a syslog. */
  LogEntry syslog(LogFile file, long millis, String tag, String message) {
    text.setLength(0);
    if (file == LogFile.BASTION) {
      times.rfc3164(text, millis).append(" bastion ");
    } else {
      times.isoMicros(text, millis).append("+00:00 web1 ");
    }
    return entry(file, millis, text.append(tag).append(": ").append(message));
  }

  /** A line of sshd, in a process of its own. */
  LogEntry sshd(LogFile file, long millis, String message) {
    return syslog(file, millis, "sshd[" + (2_000 + next() % 30_000) + "]", message);
  }

  /**
   * A request to nginx.
   *
   * @param user of HTTP authentication, or {@code -}
   * @param request method and path
   */
  LogEntry access(
      long millis,
      String client,
      String user,
      String request,
      int status,
      long bytes,
      String agent) {
    text.setLength(0);
    text.append(client).append(" - ").append(user).append(" [");
    times.access(text, millis).append(" +0000] \"").append(request).append(" HTTP/1.1\" ");
    text.append(status).append(' ').append(bytes).append(" \"-\" \"").append(agent).append('"');
    return entry(LogFile.ACCESS, millis, text);
  }

  /**
   * A packet that begins a TCP connection to the web server.
   *
   * @param verdict {@code BLOCK} or {@code ALLOW}
   */
  LogEntry packet(long millis, String verdict, String source, int destinationPort) {
    text.setLength(0);
    times.rfc3164(text, millis).append(" web1 kernel: [");
    // The kernel's clock: seconds since the system's start.
    text.append(millis / 1_000 % 10_000_000).append(".000000] [UFW ").append(verdict);
    text.append("] IN=eth0 OUT= ").append(MAC).append(source).append(" DST=10.1.1.10 LEN=60");
    text.append(" TOS=0x00 PREC=0x00 TTL=").append(40 + next() % 24).append(" ID=");
    text.append(next() * 31L % 65_536).append(" DF PROTO=TCP SPT=").append(port());
    text.append(" DPT=").append(destinationPort).append(" WINDOW=64240 RES=0x00 SYN URGP=0");
    return entry(LogFile.NETFILTER, millis, text);
  }

  /**
   * A message of the Cisco ASA.
   *
   * @param code severity and number, as in {@code 6-302013}
   */
  LogEntry asa(long millis, String code, String message) {
    text.setLength(0);
    times.asa(text, millis).append(" gw1 : %ASA-").append(code).append(": ").append(message);
    return entry(LogFile.ASA, millis, text);
  }

  /** A connection that the ASA refused. */
  LogEntry asaDeny(long millis, String source, String destination, int destinationPort) {
    return asa(
        millis,
        "4-106023",
        "Deny tcp src outside:"
            + source
            + "/"
            + port()
            + " dst dmz:"
            + destination
            + "/"
            + destinationPort
            + " by access-group \"outside_in\" [0x0, 0x0]");
  }

  /** The end of a connection from the inside to the outside. */
  LogEntry asaTeardown(long millis, String inside, String outside, long seconds, long bytes) {
    return asa(
        millis,
        "6-302014",
        "Teardown TCP connection "
            + (100_000 + next())
            + " for outside:"
            + outside
            + "/443 to inside:"
            + inside
            + "/"
            + port()
            + " duration "
            + duration(seconds)
            + " bytes "
            + bytes
            + " TCP FINs");
  }

  /** The beginning of one. */
  LogEntry asaBuilt(long millis, String inside, String outside) {
    int port = port();
    return asa(
        millis,
        "6-302013",
        "Built outbound TCP connection "
            + (100_000 + next())
            + " for outside:"
            + outside
            + "/443 ("
            + outside
            + "/443) to inside:"
            + inside
            + "/"
            + port
            + " (192.0.2.1/"
            + port
            + ")");
  }

  private static String duration(long seconds) {
    return seconds / 3_600 + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
  }

  private static String two(long number) {
    return number < 10 ? "0" + number : Long.toString(number);
  }

  /** An alert of Suricata. */
  LogEntry suricataAlert(
      long millis, String source, String destination, int port, IdsSignature signature) {
    suricata(millis, "alert", source, destination, port, "TCP");
    text.append(",\"alert\":{\"action\":\"allowed\",\"gid\":1,\"signature_id\":");
    text.append(signature.id()).append(",\"rev\":1,\"signature\":\"").append(signature.title());
    text.append("\",\"category\":\"").append(signature.category()).append("\",\"severity\":");
    text.append(signature.priority()).append("}}");
    return entry(LogFile.SURICATA, millis, text);
  }

  /**
   * What Suricata says of ordinary traffic.
   *
   * @param eventType the type, and the name of the object that has the rest
   * @param details the inside of that object
   */
  LogEntry suricataEvent(
      long millis,
      String eventType,
      String source,
      String destination,
      int port,
      String protocol,
      String details) {
    suricata(millis, eventType, source, destination, port, protocol);
    text.append(",\"").append(eventType).append("\":{").append(details).append("}}");
    return entry(LogFile.SURICATA, millis, text);
  }

  private void suricata(
      long millis, String eventType, String source, String destination, int port, String protocol) {
    text.setLength(0);
    times.isoMicros(text.append("{\"timestamp\":\""), millis).append("+0000\",\"flow_id\":");
    text.append(700_000_000_000_000L + next() * 3_571L).append(",\"in_iface\":\"eth1\"");
    text.append(",\"event_type\":\"").append(eventType).append("\",\"src_ip\":\"").append(source);
    text.append("\",\"src_port\":").append(port()).append(",\"dest_ip\":\"").append(destination);
    text.append("\",\"dest_port\":").append(port).append(",\"proto\":\"").append(protocol);
    text.append('"');
  }

  /** An alert of Snort. */
  LogEntry snortAlert(
      long millis, String source, String destination, int port, IdsSignature signature) {
    text.setLength(0);
    times.snort(text, millis).append("  [**] [1:").append(signature.id()).append(":1] ");
    text.append(signature.title()).append(" [**] [Classification: ").append(signature.category());
    text.append("] [Priority: ").append(signature.priority()).append("] {TCP} ").append(source);
    text.append(':').append(port()).append(" -> ").append(destination).append(':').append(port);
    return entry(LogFile.SNORT, millis, text);
  }

  /** A login of the web application. */
  LogEntry portalLogin(long millis, String user, String source, boolean success) {
    text.setLength(0);
    times.isoMillis(text.append("{\"login_time\":\""), millis).append("Z\",\"username\":\"");
    text.append(user).append("\",\"source_ip\":\"").append(source).append("\",\"status\":\"");
    text.append(success ? "success" : "failure").append("\"}");
    return entry(LogFile.PORTAL, millis, text);
  }

  private static LogEntry entry(LogFile file, long millis, StringBuilder text) {
    return new LogEntry(millis, file, text.toString());
  }
}
