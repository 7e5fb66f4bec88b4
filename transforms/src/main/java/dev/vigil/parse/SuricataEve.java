package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Suricata's <a href="https://docs.suricata.io/en/latest/output/eve/eve-json-format.html">EVE
 * JSON</a>, one object a line, also behind the syslog header of the program {@code suricata}.
 *
 * <p>Each line is one event: an {@code alert} is of kind {@code alert}, {@code stats} of kind
 * {@code metric}, every other {@code event_type} of kind {@code event}. What is common to all types
 * is read: the ends of the flow and how much went each way, the rule, the HTTP request and the TLS
 * server name; of the other protocols their name alone.
 */
public final class SuricataEve implements LogFormat {
  private static final long serialVersionUID = 1L;

  /** What Suricata's syslog output may be told to put in front of the object. */
  private static final String CEE_COOKIE = "@cee:";

  /** The event types that are records of an application protocol, named after it. */
  private static final Set<String> PROTOCOLS =
      Set.of(
          "arp",
          "bittorrent_dht",
          "dcerpc",
          "dhcp",
          "dnp3",
          "dns",
          "doh2",
          "enip",
          "ftp",
          "ftp_data",
          "http",
          "http2",
          "ike",
          "ikev2",
          "krb5",
          "ldap",
          "mdns",
          "modbus",
          "mqtt",
          "nfs",
          "pgsql",
          "pop3",
          "quic",
          "rdp",
          "rfb",
          "sip",
          "smb",
          "smtp",
          "snmp",
          "ssh",
          "telnet",
          "tftp",
          "tls",
          "websocket");

  @Override
  public String name() {
    return "suricata";
  }

  /** Whether a syslog message is an EVE object; if not, {@link SnortFast} has it. */
  static boolean isEve(SyslogHeader syslog) {
    return syslog.isFrom("suricata") && object(syslog).startsWith("{");
  }

  private static String object(SyslogHeader syslog) {
    String message = syslog.message();
    return message.startsWith(CEE_COOKIE)
        ? message.substring(CEE_COOKIE.length()).stripLeading()
        : message;
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    if (line.jsonShape() == JsonShape.SURICATA) {
      return event(JsonFields.parse(line.text()), line.context(), null);
    }
    SyslogHeader syslog = line.syslog();
    if (syslog == null || !isEve(syslog)) {
      return null;
    }
    return event(JsonFields.parse(object(syslog)), line.context(), syslog.host());
  }

  private static SecurityEventBuilder event(
      JsonFields json, LineContext context, @Nullable String loggedBy) throws MalformedLine {
    String eventType = json.text("event_type");
    if (eventType == null || eventType.isEmpty()) {
      throw new MalformedLine("no event_type", null);
    }
    eventType = eventType.toLowerCase(Locale.ROOT);
    SecurityEventBuilder event = SecurityEventBuilder.at(json.time("timestamp", context));
    String sensor = json.text("host");
    event
        .observer(sensor == null ? loggedBy : sensor, "OISF", "Suricata", "ids")
        .ingress(json.text("in_iface"));
    categorize(event, eventType, json);
    endpoints(event, json);
    application(event, eventType, json);
    flow(event, json, context);
    if (eventType.equals("alert")) {
      alert(event, json);
    }
    return event;
  }

  private static void categorize(SecurityEventBuilder event, String eventType, JsonFields json) {
    event.category("network");
    switch (eventType) {
      case "alert" -> event.kind("alert").category("intrusion_detection");
      case "stats" -> event.kind("metric").type("info");
      case "http" -> event.category("web").type("access", "protocol");
      case "smtp" -> event.category("email").type("protocol");
      case "flow" -> {
        event.type("connection");
        String state = json.text("flow.state");
        if ("new".equals(state)) {
          event.type("start");
        } else if ("closed".equals(state)) {
          event.type("end");
        }
      }
      case "netflow" -> event.type("connection");
      case "drop" -> event.type("connection", Verdict.DENIED).action("drop");
      default -> event.type(PROTOCOLS.contains(eventType) ? "protocol" : "info");
    }
  }

  private static void endpoints(SecurityEventBuilder event, JsonFields json) throws MalformedLine {
    // Counters are about no traffic, and an alert on a broken packet may know no addresses.
    String given = json.strippedText("src_ip");
    String source = given == null ? null : json.ip("src_ip");
    String destination = json.strippedText("dest_ip");
    IpProtocol protocol = IpProtocol.of(json.text("proto"));
    event
        .source()
        .address(source)
        .port(json.port("src_port"))
        .mac(MacAddress.ecs(json.text("ether.src_mac")));
    event
        .destination()
        .address(destination)
        .port(json.port("dest_port"))
        .mac(MacAddress.ecs(json.text("ether.dest_mac")));
    event
        .transport(protocol.transport())
        .ianaNumber(protocol.number())
        .networkType(IpProtocol.typeOf(source));
  }

  private static void application(SecurityEventBuilder event, String eventType, JsonFields json) {
    String protocol = json.text("app_proto");
    if (protocol == null) {
      protocol = PROTOCOLS.contains(eventType) ? eventType : null;
    } else if (protocol.equals("failed") || protocol.equals("unknown")) {
      // Suricata's words for not having recognised the protocol
      protocol = null;
    }
    event.protocol(protocol == null ? null : protocol.toLowerCase(Locale.ROOT));

    String host = json.text("http.hostname");
    String serverName = json.text("tls.sni");
    event.destination().domain(withoutRootDot(host == null ? serverName : host));
    Integer status = json.httpStatus("http.status");
    String version = json.text("http.protocol");
    event
        .httpMethod(json.text("http.http_method"))
        .referrer(json.text("http.http_refer"))
        .statusCode(status)
        .responseBytes(json.number("http.length"))
        .httpVersion(
            version != null && version.startsWith("HTTP/") ? version.substring(5) : version)
        .url(RequestUrl.of(json.text("http.url"), host, json.port("http.http_port")))
        .userAgent(json.text("http.http_user_agent"));
    if (eventType.equals("http") && status != null) {
      event.outcome(status < 400 ? "success" : "failure");
    }
  }

  private static void flow(SecurityEventBuilder event, JsonFields json, LineContext context) {
    // A record of the type netflow is one direction of a flow.
    boolean oneWay = json.text("flow.bytes_toserver") == null && json.text("netflow.pkts") != null;
    String prefix = oneWay ? "netflow." : "flow.";
    Long bytesSent = json.number(oneWay ? "netflow.bytes" : "flow.bytes_toserver");
    Long packetsSent = json.number(oneWay ? "netflow.pkts" : "flow.pkts_toserver");
    Long bytesReceived = json.number("flow.bytes_toclient");
    Long packetsReceived = json.number("flow.pkts_toclient");
    event.source().bytes(bytesSent).packets(packetsSent);
    event.destination().bytes(bytesReceived).packets(packetsReceived);
    event
        .networkBytes(sum(bytesSent, bytesReceived))
        .networkPackets(sum(packetsSent, packetsReceived))
        .start(time(json.text(prefix + "start"), context))
        .end(time(json.text(prefix + "end"), context));
    Long seconds = json.number(prefix + "age");
    if (seconds != null && seconds >= 0 && seconds <= Long.MAX_VALUE / 1_000_000_000) {
      event.duration(seconds * 1_000_000_000);
    }
  }

  private static void alert(SecurityEventBuilder event, JsonFields json) {
    String action = json.text("alert.action");
    String verdict = Verdict.of(action);
    String category = json.text("alert.category");
    Long severity = json.number("alert.severity");
    event
        .type(verdict == null ? "info" : verdict)
        .action(action)
        .ruleId(json.text("alert.signature_id"))
        .ruleName(json.text("alert.signature"))
        .ruleCategory(category)
        .ruleVersion(json.text("alert.rev"))
        .severity(severity)
        .severityName(AlertSeverity.word(severity))
        .attackClassification(category)
        .message(category);
  }

  private static @Nullable String withoutRootDot(@Nullable String domain) {
    return domain != null && domain.endsWith(".")
        ? domain.substring(0, domain.length() - 1)
        : domain;
  }

  private static @Nullable Instant time(@Nullable String text, LineContext context) {
    return text == null ? null : Timestamps.parse(text, context.zone());
  }

  private static @Nullable Long sum(@Nullable Long a, @Nullable Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    long sum = a + b;
    // Counts that overflow are no counts.
    return a < 0 || b < 0 || sum < 0 ? null : sum;
  }
}
