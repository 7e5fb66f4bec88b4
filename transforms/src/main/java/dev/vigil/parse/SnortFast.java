package dev.vigil.parse;

import dev.vigil.event.IpAddress;
import dev.vigil.event.SecurityEventBuilder;
import dev.vigil.event.SecurityEventBuilder.EndpointBuilder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The one-line alerts of Snort 2 and 3, and of Suricata:
 *
 * <ul>
 *   <li>{@code alert_fast}, and Suricata's {@code fast.log}: {@code 03/09-11:20:30.123456 [**]
 *       [1:2000001:3] message [**] [Classification: class] [Priority: 2] {TCP} address:port ->
 *       address:port};
 *   <li>{@code alert_syslog}: the same from the rule's number on, behind a syslog header of the
 *       program {@code snort}, {@code snort3} or {@code suricata};
 *   <li>Snort 2's {@code alert_csv} with its default columns, and with those that pfSense chooses.
 * </ul>
 *
 * <p>Each is one event of kind {@code alert}. What else these programs tell syslog, as when they
 * start, is an event of kind {@code event} with the text as its message.
 *
 * <p>The formats: <a href="https://docs.snort.org/start/alert_logging">Snort</a>, <a
 * href="https://docs.suricata.io/en/latest/configuration/suricata-yaml.html#line-based-alerts-log-fast-log">Suricata</a>.
 */
public final class SnortFast implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final String MARK = "[**]";
  private static final String CLASSIFICATION = "[Classification: ";
  private static final String PRIORITY = "[Priority: ";
  private static final String RAW_PACKET = "[Raw pkt: ";

  /** Snort 2's columns by default: timestamp to icmpseq. */
  private static final int DEFAULT_COLUMNS = 27;

  /** pfSense's: timestamp to dstport, id, classification, priority, and what was done. */
  private static final int PFSENSE_COLUMNS = 15;

  @Override
  public String name() {
    return "snort";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    String text = line.text();
    AlertTime time = AlertTime.parse(text);
    if (time != null) {
      if (text.startsWith(",", time.end())) {
        return csv(text, time, line.context());
      }
      return isFast(text, time) ? fast(text, time, line.context(), null) : null;
    }
    SyslogHeader syslog = line.syslog();
    if (syslog == null || !owns(syslog) || SuricataEve.isEve(syslog)) {
      return null;
    }
    return logged(syslog, line.context());
  }

  /** Whether a line with a syslog header is this format's, or {@link SuricataEve}'s. */
  static boolean owns(SyslogHeader header) {
    return header.isFrom("snort", "snort3", "suricata");
  }

  /** Whether a line begins with the time of an alert. */
  static boolean hasTime(String text) {
    return AlertTime.parse(text) != null;
  }

  private static SecurityEventBuilder logged(SyslogHeader syslog, LineContext context)
      throws MalformedLine {
    String message = syslog.message();
    // Some forward the alert file by syslog, under the program's name: its own time is better.
    AlertTime time = AlertTime.parse(message);
    SecurityEventBuilder event;
    if (time != null && isFast(message, time)) {
      event = fast(message, time, context, syslog);
    } else {
      event = SecurityEventBuilder.at(syslog.timestamp(context));
      if (startsLikeAlert(message)) {
        observer(event, syslog.isFrom("suricata"), syslog);
        alert(event, message, 0);
      } else {
        observer(event, syslog.isFrom("suricata"), syslog).type("info").message(message);
      }
    }
    return event.process(syslog.program(), syslog.pid());
  }

  private static boolean isFast(String text, AlertTime time) {
    return text.startsWith("[", time.end()) && text.indexOf(MARK, time.end()) >= 0;
  }

  /** Whether it begins with a rule's number, or with what was done and the rule's number. */
  private static boolean startsLikeAlert(String message) {
    String first =
        message.startsWith("[Drop] ") || message.startsWith("[wDrop] ")
            ? message.substring(message.indexOf(' ')).stripLeading()
            : message;
    return first.startsWith(MARK)
        || first.length() > 1 && first.charAt(0) == '[' && Timestamps.isDigit(first.charAt(1));
  }

  private static SecurityEventBuilder observer(
      SecurityEventBuilder event, boolean suricata, @Nullable SyslogHeader syslog) {
    String host = syslog == null ? null : syslog.host();
    return suricata
        ? event.observer(host, "OISF", "Suricata", "ids")
        : event.observer(host, "snort", "ids", "ids");
  }

  private static SecurityEventBuilder fast(
      String text, AlertTime time, LineContext context, @Nullable SyslogHeader syslog)
      throws MalformedLine {
    SecurityEventBuilder event = SecurityEventBuilder.at(time.resolve(context));
    // Suricata alone writes years of four digits.
    observer(event, syslog == null ? time.longYear() : syslog.isFrom("suricata"), syslog);
    alert(event, text, time.end());
    return event;
  }

  /** Reads an alert from the mark or the rule's number on, at {@code start}. */
  private static void alert(SecurityEventBuilder event, String text, int start)
      throws MalformedLine {
    String done = null;
    boolean marked = false;
    int position = skipBlanks(text, start);
    while (position + 1 < text.length()
        && text.charAt(position) == '['
        && !Timestamps.isDigit(text.charAt(position + 1))) {
      int close = closing(text, position, ']');
      if (text.startsWith(MARK, position)) {
        marked = true;
      } else {
        done = text.substring(position + 1, close);
      }
      position = skipBlanks(text, close + 1);
    }
    if (!text.startsWith("[", position)) {
      throw malformed("no rule");
    }
    int close = closing(text, position, ']');
    int messageStart = skipBlanks(text, close + 1);
    int messageEnd = messageEnd(text, messageStart, marked);
    rule(
        event,
        text.substring(position + 1, close).split(":", -1),
        unquoted(text.substring(messageStart, messageEnd).strip()));
    startAlert(event, done, done);
    traffic(event, text, messageEnd);
  }

  private static int messageEnd(String text, int start, boolean marked) throws MalformedLine {
    int end = -1;
    if (marked) {
      end = text.indexOf(MARK, start);
    } else {
      for (String tag : List.of(CLASSIFICATION, PRIORITY)) {
        end = end < 0 ? text.indexOf(tag, start) : end;
      }
      // A message may hold braces, too; the protocol's are the last.
      end = end < 0 ? text.lastIndexOf('{') : end;
    }
    if (end < start) {
      throw malformed("no end of the message");
    }
    return end;
  }

  /** Reads what follows the message: tags in brackets, the protocol in braces, the addresses. */
  private static void traffic(SecurityEventBuilder event, String text, int start)
      throws MalformedLine {
    int position = skipBlanks(text, start);
    while (position < text.length() && text.charAt(position) != '{') {
      // A broken packet is given whole, in place of addresses that it does not have.
      if (text.startsWith(RAW_PACKET, position)) {
        return;
      }
      switch (text.charAt(position)) {
        case '[' -> {
          int close = closing(text, position, ']');
          tag(event, text.substring(position, close));
          position = close;
        }
        // Snort, when told to name the interface
        case '<' -> {
          int close = closing(text, position, '>');
          event.ingress(text.substring(position + 1, close));
          position = close;
        }
        case ':' -> {}
        default -> throw malformed("unexpected: " + text.charAt(position));
      }
      position = skipBlanks(text, position + 1);
    }
    if (position >= text.length()) {
      throw malformed("no protocol");
    }
    int close = closing(text, position, '}');
    String name = text.substring(position + 1, close);
    String ends = text.substring(close + 1).strip();
    int arrow = ends.indexOf(" -> ");
    if (arrow < 0) {
      throw malformed("no addresses");
    }
    IpProtocol protocol = IpProtocol.of(name);
    String source = endpoint(event.source(), ends.substring(0, arrow).strip(), protocol.hasPorts());
    endpoint(event.destination(), ends.substring(arrow + 4).strip(), protocol.hasPorts());
    protocol(event, protocol, source);
  }

  private static void tag(SecurityEventBuilder event, String text) throws MalformedLine {
    if (text.startsWith(CLASSIFICATION)) {
      classification(event, text.substring(CLASSIFICATION.length()));
    } else if (text.startsWith(PRIORITY)) {
      priority(event, text.substring(PRIORITY.length()));
    }
  }

  /**
   * Sets the address, and the port behind its last colon.
   *
   * @return the address
   */
  private static String endpoint(EndpointBuilder endpoint, String text, boolean hasPort)
      throws MalformedLine {
    int colon = text.lastIndexOf(':');
    String head = colon < 0 ? null : IpAddress.canonical(text.substring(0, colon));
    Integer port = colon < 0 ? null : Numbers.parsePort(text.substring(colon + 1));
    String whole = IpAddress.canonical(text);
    // Without ports Suricata writes ICMP's type and code there.
    if (hasPort ? head != null && port != null : whole == null && head != null && port != null) {
      endpoint.address(head).port(hasPort ? port : null);
      return head;
    }
    if (whole == null) {
      throw malformed("not an address: " + text);
    }
    endpoint.address(whole);
    return whole;
  }

  private static SecurityEventBuilder csv(String text, AlertTime time, LineContext context)
      throws MalformedLine {
    List<String> columns = columns(text, time.end() + 1);
    // The time is the first column.
    int count = columns.size() + 1;
    if (count != DEFAULT_COLUMNS && count != PFSENSE_COLUMNS) {
      throw malformed(count + " columns");
    }
    SecurityEventBuilder event = SecurityEventBuilder.at(time.resolve(context));
    observer(event, false, null);
    rule(event, new String[] {columns.get(0), columns.get(1), columns.get(2)}, columns.get(3));
    IpProtocol protocol = IpProtocol.of(columns.get(4));
    String source = csvEndpoint(event.source(), columns.get(5), columns.get(6));
    csvEndpoint(event.destination(), columns.get(7), columns.get(8));
    protocol(event, protocol, source);
    if (count == DEFAULT_COLUMNS) {
      event.source().mac(MacAddress.ecs(columns.get(9)));
      event.destination().mac(MacAddress.ecs(columns.get(10)));
      startAlert(event, null, null);
    } else {
      classification(event, columns.get(10));
      if (!columns.get(11).isEmpty()) {
        priority(event, columns.get(11));
      }
      startAlert(event, columns.get(12), columns.get(13));
    }
    return event;
  }

  /** The columns from a position on; those in quotes may hold commas, and escaped quotes. */
  private static List<String> columns(String text, int start) throws MalformedLine {
    List<String> columns = new ArrayList<>(DEFAULT_COLUMNS);
    StringBuilder column = new StringBuilder();
    boolean quoted = false;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\' && i + 1 < text.length()) {
        column.append(text.charAt(++i));
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        columns.add(column.toString().strip());
        column.setLength(0);
      } else {
        column.append(c);
      }
    }
    if (quoted) {
      throw malformed("a quote is not closed");
    }
    columns.add(column.toString().strip());
    return columns;
  }

  private static @Nullable String csvEndpoint(EndpointBuilder endpoint, String address, String port)
      throws MalformedLine {
    if (address.isEmpty()) {
      return null;
    }
    String ip = IpAddress.canonical(address);
    if (ip == null) {
      throw malformed("not an address: " + address);
    }
    endpoint.address(ip).port(Numbers.parsePort(port));
    return ip;
  }

  /**
   * @param ids generator, signature and revision
   */
  private static void rule(SecurityEventBuilder event, String[] ids, String message)
      throws MalformedLine {
    if (ids.length != 3) {
      throw malformed("no rule");
    }
    for (String id : ids) {
      Long number = Numbers.parseLong(id);
      if (number == null || number < 0) {
        throw malformed("no rule");
      }
    }
    event.ruleId(ids[1]).ruleVersion(ids[2]).ruleName(message).ruleDescription(message);
  }

  /**
   * @param action what the rule said to do
   * @param done what was done
   */
  private static void startAlert(
      SecurityEventBuilder event, @Nullable String action, @Nullable String done) {
    String verdict = Verdict.of(done);
    if (verdict == null && "wDrop".equals(done)) {
      // It would have been dropped, had Suricata been between the ends.
      verdict = Verdict.ALLOWED;
    }
    event
        .kind("alert")
        .category("network", "intrusion_detection")
        .type(verdict == null ? "info" : verdict)
        .action(action == null ? null : action.toLowerCase(Locale.ROOT));
  }

  private static void classification(SecurityEventBuilder event, String text) {
    // Suricata's word for a rule without one
    String name = text.equals("(null)") ? null : text;
    event.ruleCategory(name).attackClassification(name);
  }

  private static void priority(SecurityEventBuilder event, String text) throws MalformedLine {
    Long number = Numbers.parseLong(text);
    if (number == null) {
      throw malformed("not a priority: " + text);
    }
    event.severity(number).severityName(AlertSeverity.word(number));
  }

  private static void protocol(
      SecurityEventBuilder event, IpProtocol protocol, @Nullable String source) {
    event
        .transport(protocol.transport())
        .ianaNumber(protocol.number())
        .networkType(IpProtocol.typeOf(source));
  }

  /** Snort 3 puts the message in quotes. */
  private static String unquoted(String text) {
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static int skipBlanks(String text, int start) {
    int position = start;
    while (position < text.length() && text.charAt(position) == ' ') {
      position++;
    }
    return position;
  }

  private static int closing(String text, int open, char bracket) throws MalformedLine {
    int close = text.indexOf(bracket, open);
    if (close < 0) {
      throw malformed("no " + bracket);
    }
    return close;
  }

  private static MalformedLine malformed(String detail) {
    return new MalformedLine("malformed Snort alert", detail);
  }

  /**
   * {@code MM/dd-HH:mm:ss.ffffff}; with a year {@code MM/dd/yy} (Snort 2), {@code yy/MM/dd} (Snort
   * 3) or {@code MM/dd/yyyy} (Suricata) in front of the dash.
   *
   * @param longYear whether the year has four digits
   * @param end where what follows it, and the blanks behind it, begins
   */
  private record AlertTime(
      @Nullable Integer year,
      boolean longYear,
      int month,
      int day,
      int hour,
      int minute,
      int second,
      int nano,
      int end) {

    /** The time that a text begins with, or null if it begins with none. */
    static @Nullable AlertTime parse(String text) {
      int dash = text.indexOf('-');
      if (dash != 5 && dash != 8 && dash != 10
          || text.length() < dash + 10
          || text.charAt(2) != '/') {
        return null;
      }
      int month = Timestamps.digits(text, 0, 2);
      int day = Timestamps.digits(text, 3, 5);
      Integer year = null;
      if (dash > 5) {
        int last = text.charAt(5) == '/' ? Timestamps.digits(text, 6, dash) : -1;
        if (last < 0) {
          return null;
        }
        year = dash == 8 ? 2_000 + last : last;
        // The first number is no month: Snort 3, which is younger than 2012, puts the year there.
        if (dash == 8 && month > 12) {
          year = 2_000 + month;
          month = day;
          day = last;
        }
      }
      int hour = Timestamps.digits(text, dash + 1, dash + 3);
      int minute = Timestamps.digits(text, dash + 4, dash + 6);
      int second = Timestamps.digits(text, dash + 7, dash + 9);
      if ((month | day | hour | minute | second) < 0
          || text.charAt(dash + 3) != ':'
          || text.charAt(dash + 6) != ':'
          || text.charAt(dash + 9) != '.') {
        return null;
      }
      int position = dash + 10;
      int nano = 0;
      int scale = 100_000_000;
      while (position < text.length() && Timestamps.isDigit(text.charAt(position))) {
        nano += (text.charAt(position++) - '0') * scale;
        scale /= 10;
      }
      return new AlertTime(
          year, dash == 10, month, day, hour, minute, second, nano, skipBlanks(text, position));
    }

    Instant resolve(LineContext context) throws MalformedLine {
      if (year == null) {
        return context.resolve(month, day, hour, minute, second, nano);
      }
      try {
        return context.resolve(LocalDateTime.of(year, month, day, hour, minute, second, nano));
      } catch (DateTimeException e) {
        throw new MalformedLine("unparsable time", e.getMessage());
      }
    }
  }
}
