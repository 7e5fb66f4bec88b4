package dev.vigil.parse;

import static dev.vigil.parse.CiscoAsaLayout.Meaning.ALLOWED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.AUTHENTICATED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.CONFIGURED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.DENIED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.ENDED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.LOGGED_IN;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.LOGIN_REFUSED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.NOT_AUTHENTICATED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.RULE;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.STARTED;
import static dev.vigil.parse.CiscoAsaLayout.Meaning.TOLD;

import dev.vigil.event.Ecs;
import dev.vigil.event.SecurityEventBuilder;
import dev.vigil.event.SecurityEventBuilder.EndpointBuilder;
import dev.vigil.parse.CiscoAsaLayout.Meaning;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Syslog messages of Cisco ASA, and of its kin Firepower Threat Defense and PIX: {@code
 * %ASA-6-302013: Built outbound TCP connection …} behind a time and perhaps a host, as Cisco's
 * "Cisco Secure Firewall ASA Series Syslog Messages" lists them.
 *
 * <p>Every message is an event with its number as {@code event.code}. Addresses, ports, users,
 * interfaces, translations, sizes and durations are taken from those whose layout is known here;
 * the others keep their text as {@code message}. Which end is source and which destination follows
 * Elastic's Cisco ASA integration: who began a connection, where the message is of its beginning,
 * else the end named first; for ICMP the local one.
 *
 * <p>A message that is the final word on one login attempt, and says from where, is of category
 * {@code authentication} and type {@code start}; what the AAA subsystem says on the way there is of
 * type {@code info}.
 */
public final class CiscoAsaFormat implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final int CODE_LENGTH = 6;

  /** Before the tag there is no more than a time, a host and a program. */
  private static final int MAX_TAG_OFFSET = 200;

  private static final Map<String, List<CiscoAsaLayout>> LAYOUTS = layouts();

  /** How messages of many numbers begin. */
  private static final List<CiscoAsaLayout> COMMON =
      List.of(
          CiscoAsaLayout.of(TOLD, "{session}"),
          CiscoAsaLayout.of(
              TOLD, "TunnelGroup <{<>}> GroupPolicy <{<>}> User <{user:upToAngle}> IP <{source}>"),
          CiscoAsaLayout.of(TOLD, "Group = {,}, Username = {user:upToComma}, IP = {source},"),
          CiscoAsaLayout.of(TOLD, "Group = {,}, IP = {source},"),
          CiscoAsaLayout.of(TOLD, "IP = {source},"));

  private static final Map<String, String> IANA_NUMBERS =
      Map.of(
          "icmp",
          "1",
          "igmp",
          "2",
          "tcp",
          "6",
          "udp",
          "17",
          "gre",
          "47",
          "esp",
          "50",
          "ah",
          "51",
          "ipv6-icmp",
          "58",
          "sctp",
          "132");

  private static Map<String, List<CiscoAsaLayout>> layouts() {
    Table table = new Table();
    // Denied, and allowed, by rules
    table.add(
        "106001",
        DENIED,
        "{direction} {transport} connection denied from {source}/{sourcePort}"
            + " to {destination}/{destinationPort} flags {tcpFlags} on interface {sourceInterface}");
    table.add(
        "106002",
        DENIED,
        "{transport} Connection denied by outbound list {rule} src {source} dest {destination}");
    table.add(
        "106006 106007",
        DENIED,
        "Deny {direction} {transport} from {source}/{sourcePort} to {destination}/{destinationPort}"
            + "« on interface {sourceInterface}»« due to {protocol}»");
    table.add(
        "106010 106014",
        DENIED,
        "Deny {direction} protocol {protocolNumber} {src} {dst}",
        "Deny {direction} {transport} {src} {dst}« (type {icmpType}, code {icmpCode})»");
    table.add("106013", DENIED, "Dropping echo request from {source} to PAT address {destination}");
    table.add(
        "106015",
        DENIED,
        "Deny {transport} (no connection) from {source}/{sourcePort}"
            + " to {destination}/{destinationPort} flags {tcpFlags} on interface {sourceInterface}");
    table.add(
        "106016",
        DENIED,
        "Deny IP spoof from ({source}) to {destination} on interface {sourceInterface}");
    table.add("106017", DENIED, "Deny IP due to Land Attack from {source} to {destination}");
    table.add(
        "106018",
        DENIED,
        "{transport} packet type {icmpType} denied by outbound list {rule}"
            + " src {source} dest {destination}");
    table.add("106020", DENIED, "Deny IP teardrop fragment ({()}) from {source} to {destination}");
    table.add(
        "106021",
        DENIED,
        "Deny {transport} reverse path check from {source} to {destination}"
            + " on interface {sourceInterface}");
    table.add(
        "106022",
        DENIED,
        "Deny {transport} connection spoof from {source} to {destination}"
            + " on interface {sourceInterface}");
    table.add(
        "106023",
        DENIED,
        "Deny protocol {protocolNumber} {src} {dst} by access-group \"{rule}\"",
        "Deny {transport} {src} {dst}« (type {icmpType}, code {icmpCode})»"
            + "« type {icmpType2:icmpType}, code {icmpCode2:icmpCode},»"
            + " by access-group \"{rule}\"");
    table.add(
        "106100",
        RULE,
        "access-list {rule} {verdict} {transport}"
            + " {sourceInterface}/{source}({sourcePort})«({sourceUser})»"
            + " -> {destinationInterface}/{destination}({destinationPort})«({destinationUser})»");
    table.add(
        "106102 106103",
        RULE,
        "access-list {rule} {verdict} {transport} for user «'»{user}«'»"
            + " {sourceInterface}/{source}«(»« »{sourcePort}«)»« ->»"
            + " {destinationInterface}«/»« »{destination}«(»« »{destinationPort}");
    table.add(
        "305005",
        DENIED,
        "No translation group found for {transport} {src} {dst}"
            + "« (type {icmpType}, code {icmpCode})»");
    table.add(
        "305006",
        DENIED,
        "{_} translation creation failed for {transport} {src} {dst}"
            + "« (type {icmpType}, code {icmpCode})»");
    table.add(
        "305013",
        DENIED,
        "Asymmetric NAT rules matched for forward and reverse flows; Connection« for»"
            + " {transport} {src} {dst} denied");
    table.add(
        "313001 313008",
        DENIED,
        "Denied {transport} type={icmpType}, code={icmpCode} from {source}"
            + " on interface {sourceInterface}");
    table.add(
        "313004",
        DENIED,
        "Denied {transport} type={icmpType}, from« laddr» {source}"
            + " on interface {sourceInterface} to {destination}");
    table.add(
        "313005",
        DENIED,
        "No matching connection for ICMP error message: {transport} {src} {dst}"
            + " (type {icmpType}, code {icmpCode})");
    table.add(
        "314003",
        DENIED,
        "Dropped RTSP traffic from {sourceInterface}:{source} due to: {reason:rest}");
    table.add(
        "322001",
        DENIED,
        "Deny MAC address {_} possible spoof attempt on interface {sourceInterface}");
    table.add(
        "338001 338003 338005 338007",
        RULE,
        "Dynamic {_} {verdict} {listed} {transport} traffic from {mappedFrom} to {mappedTo},"
            + " source {_} resolved from {_} list:« {sourceDomain}»« {_}»«{_}»"
            + "« threat-level: {threatLevel}, category: {threatCategory}»");
    table.add(
        "338002 338004 338006 338008",
        RULE,
        "Dynamic {_} {verdict} {listed} {transport} traffic from {mappedFrom} to {mappedTo},"
            + " destination {_} resolved from {_} list:« {destinationDomain}»« {_}»«{_}»"
            + "« threat-level: {threatLevel}, category: {threatCategory}»");
    table.add(
        "410001", DENIED, "Dropped {transport} {protocol} {_} from {from} to {to}; {reason:rest}");
    table.add(
        "419001",
        DENIED,
        "Dropping {transport} packet from {from} to {to}, reason: {reason:upToComma}");
    table.add(
        "710002 710003",
        RULE,
        "{transport} access {verdict}« by ACL» from {source}/{sourcePort} to {to}");
    table.add(
        "710004",
        DENIED,
        "{transport} connection limit exceeded from {source}/{sourcePort} to {to}");
    table.add(
        "710005 710006",
        DENIED,
        "{transport} request discarded from {source}«/{sourcePort}»"
            + " to {destinationInterface}:{destination}«/{destinationPort}»");

    // Connections, translations, hosts
    table.add(
        "302003 302004",
        STARTED,
        "Built {protocol} connection for« outside»« foreign_address»« faddr»"
            + " {destination}«/{destinationPort}»"
            + "« local_address»« laddr» {source}«/{sourcePort}»");
    table.add(
        "302012",
        TOLD,
        "Pre-allocate {protocol} Call Signalling Connection for faddr"
            + " {destination}«/{destinationPort}» to laddr {source}«/{sourcePort}»");
    table.add(
        "302013 302015 302035",
        STARTED,
        "Built {inbound} {transport} connection {#} for {mappedFrom}«({sourceUser})»"
            + " to {mappedTo}«({destinationUser})»« ({aaaUser})»",
        "Built {outbound} {transport} connection {#} for {mappedTo}«({destinationUser})»"
            + " to {mappedFrom}«({sourceUser})»« ({aaaUser})»");
    table.add(
        "302014 302016 302036",
        ENDED,
        "Teardown {transport} connection {#} for {from}{sourceUser?} to {to}{destinationUser?}"
            + " duration {duration} bytes {bytes}« {reason}»«({aaaUser})»");
    table.add(
        "302017",
        STARTED,
        "Built {direction} {transport} connection {#} from {sourceInterface}:{source}«/{_}» ({()})"
            + "«({sourceUser})» to {destinationInterface}:{destination}«/{_}» ({()})");
    table.add(
        "302018",
        ENDED,
        "Teardown {transport} connection {#} from {sourceInterface}:{source}«/{#}»{sourceUser?}"
            + " to {destinationInterface}:{destination}«/{#}»{destinationUser?}"
            + " duration {duration} bytes {bytes}« {reason}»");
    table.add(
        "302020",
        STARTED,
        "Built« {direction}» {transport} connection for faddr {destination}/{#}{destinationUser?}"
            + " gaddr {sourceNat}/{#} laddr {source}/{#}{sourceUser?}"
            + "« type {icmpType} code {icmpCode}»");
    table.add(
        "302021",
        ENDED,
        "Teardown {transport} connection for faddr {destination}/{#}{destinationUser?}"
            + " gaddr {sourceNat}/{#} laddr {source}/{#}{sourceUser?}"
            + "« type {icmpType} code {icmpCode}»");
    table.add("303002", ALLOWED, "FTP connection from {from} to {to}, user {user}");
    table.add(
        "304001", ALLOWED, "{userAt}{source}«({sourceUser})» Accessed« JAVA» URL {visited}:{url}");
    table.add(
        "304002",
        DENIED,
        "Access denied URL {url} SRC {userAt}{source}«({sourceUser})» DEST {destination}"
            + "« on interface {sourceInterface}»");
    table.add(
        "305009",
        STARTED,
        "Built {_} translation from {sourceInterface}«({()})»:{source}{sourceUser?}"
            + " to {destinationInterface}«({()})»:{destination}");
    table.add(
        "305010",
        ENDED,
        "Teardown {_} translation from {sourceInterface}«({()})»:{source}{sourceUser?}"
            + " to {destinationInterface}«({()})»:{destination} duration {duration}");
    table.add(
        "305011",
        STARTED,
        "Built {_} {transport} translation from {sourceInterface}«({()})»:{source}/{sourcePort}"
            + "{sourceUser?} to {destinationInterface}«({()})»:{destination}/{destinationPort}");
    table.add(
        "305012",
        ENDED,
        "Teardown {_} {transport} translation from {sourceInterface}«({()})»:{source}/{sourcePort}"
            + "{sourceUser?} to {destinationInterface}«({()})»:{destination}/{destinationPort}"
            + " duration {duration}");
    table.add("609001", STARTED, "Built local-host {sourceInterface}:{source}");
    table.add(
        "609002", ENDED, "Teardown local-host {sourceInterface}:{source} duration {duration}");
    table.add(
        "602303",
        STARTED,
        "IPSEC: An {direction} {_} SA (SPI={()}) between {source} and {destination}"
            + " (user={user:upToParenthesis}) has been {verdict}");
    table.add(
        "602304",
        ENDED,
        "IPSEC: An {direction} {_} SA (SPI={()}) between {source} and {destination}"
            + " (user={user:upToParenthesis}) has been {verdict}");
    table.add(
        "110002",
        TOLD,
        "Failed to locate egress interface for {transport} from {from}"
            + " to {destination}/{destinationPort}");
    table.add(
        "110003", TOLD, "Routing failed to locate next hop for {transport} from {from} to {to}");
    table.add("419002", TOLD, "Duplicate {transport} SYN from {from} to {to}");
    table.add(
        "500003",
        TOLD,
        "Bad {transport} hdr length ({()}) from {source}/{sourcePort}"
            + " to {destination}/{destinationPort}, flags: {tcpFlags},"
            + " on interface {sourceInterface}");
    table.add(
        "500004",
        TOLD,
        "Invalid transport field for protocol={transport}, from {source}/{sourcePort}"
            + " to {destination}/{destinationPort}");

    // Users
    table.add(
        "109005",
        LOGGED_IN,
        "Authentication succeeded for user '{user:upToQuote}' from {source}/{sourcePort}"
            + " to {destination}/{destinationPort} on interface {sourceInterface}");
    table.add(
        "109006",
        LOGIN_REFUSED,
        "Authentication failed for user '{user:upToQuote}' from {source}/{sourcePort}"
            + " to {destination}/{destinationPort} on interface {sourceInterface}");
    table.add("111008", CONFIGURED, "User '{user:upToQuote}' executed");
    table.add("111009", TOLD, "User '{user:upToQuote}' executed");
    table.add("111010", CONFIGURED, "User '{user:upToQuote}', running '{'}' from IP {source},");
    table.add("113003", TOLD, "AAA group policy for user {user} is being set to");
    table.add(
        "113004", AUTHENTICATED, "AAA user {_} Successful : server = {_} : user = {user:rest}");
    table.add(
        "113005",
        LOGIN_REFUSED,
        "AAA user {_} Rejected : reason = {reason:upToColon}: server = {_} :"
            + " user = {user:upToColon}«: user IP = {source}»");
    table.add("113008", AUTHENTICATED, "AAA transaction status ACCEPT : user = {user:rest}");
    table.add("113008", NOT_AUTHENTICATED, "AAA transaction status REJECT : user = {user:rest}");
    table.add(
        "113009 113011",
        TOLD,
        "AAA retrieved {_}« {_}» group policy ({()}) for user = {user:rest}");
    table.add(
        "113012",
        AUTHENTICATED,
        "AAA user authentication Successful : local database : user = {user:rest}");
    table.add(
        "113015",
        LOGIN_REFUSED,
        "AAA user authentication Rejected : reason = {reason:upToColon}: local database :"
            + " user = {user:upToColon}«: user IP = {source}»");
    table.add(
        "113019",
        ENDED,
        "Group = {,}, Username = {user:upToComma}, IP = {source}, Session disconnected."
            + " Session Type: {,}, Duration: {duration}, Bytes xmt: {sent},"
            + " Bytes rcv: {received}, Reason: {reason:rest}");
    table.add(
        "315011",
        ENDED,
        "SSH session from {source} on interface {sourceInterface}"
            + " for user «\"»{user:upToQuote}«\"» disconnected by SSH server,"
            + " reason: «\"»{reason:upToQuote}");
    table.add(
        "605004",
        LOGIN_REFUSED,
        "Login denied from {source}/{sourcePort} to {to} for user \"{user:upToQuote}\"");
    table.add(
        "605005",
        LOGGED_IN,
        "Login permitted from {source}/{sourcePort} to {to} for user \"{user:upToQuote}\"");
    table.add(
        "611101",
        AUTHENTICATED,
        "User authentication succeeded:« IP address: {source}«,»» Uname: {user:rest}");
    table.add(
        "611102",
        NOT_AUTHENTICATED,
        "User authentication failed:« IP address: {source}«,»» Uname: {user:rest}");
    table.add("611103", TOLD, "User logged out: Uname: {user:rest}");
    table.add("716001", STARTED, "{session} WebVPN session started");
    table.add("716002", ENDED, "{session} WebVPN session terminated: {reason:rest}");
    table.add("716038", LOGGED_IN, "{session} Authentication: successful");
    table.add("716039", NOT_AUTHENTICATED, "{session} Authentication: rejected");
    table.add("722051", TOLD, "{session}« IPv4» Address <{assigned}>");
    table.add(
        "725001 725002 725003 725006 725007",
        TOLD,
        "«Starting »«Device completed »«Device failed »SSL« handshake»« session»« with»"
            + " client {from}« to {to}»");
    table.add("734001", TOLD, "DAP: User {user:upToComma}, Addr {source},");
    return table.layouts;
  }

  /** Layouts by message number. */
  private static final class Table {
    private final Map<String, List<CiscoAsaLayout>> layouts = new HashMap<>();

    /** Adds the layouts that messages of these numbers, blanks between them, have. */
    void add(String codes, Meaning meaning, String... texts) {
      for (String text : texts) {
        CiscoAsaLayout layout = CiscoAsaLayout.of(meaning, text);
        for (String code : codes.split(" ")) {
          layouts.computeIfAbsent(code, unused -> new ArrayList<>(1)).add(layout);
        }
      }
    }
  }

  @Override
  public String name() {
    return "cisco_asa";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    String text = line.text();
    int tag = tagStart(text);
    if (tag < 0) {
      return null;
    }
    SyslogHeader header = line.syslog();
    if (header == null) {
      if (!hasDamagedTime(text, tag)) {
        return null;
      }
      throw new MalformedLine("unparsable time", text.substring(0, tag));
    }
    Sender sender = Sender.of(header, text, tag);
    if (sender == null) {
      return null;
    }
    header = sender.header();
    int level = levelStart(text, tag);
    if (level < 0) {
      throw new MalformedLine("malformed message tag", text.substring(tag));
    }
    String code = text.substring(level + 2, level + 2 + CODE_LENGTH);
    int start = level + 2 + CODE_LENGTH;
    if (text.startsWith(":", start)) {
      start++;
    }
    String message = text.substring(start).strip();
    Instant time = header.timestamp(line.context());
    SecurityEventBuilder event =
        SecurityEventBuilder.at(time)
            .code(code)
            .severity((long) (text.charAt(level) - '0'))
            .host(sender.host())
            .process(sender.program(), sender.pid())
            .observer(
                sender.host(),
                "Cisco",
                text.substring(tag + 1, tag + 4).toLowerCase(Locale.ROOT),
                "firewall");
    if (!read(LAYOUTS.getOrDefault(code, List.of()), message, event)
        && !read(COMMON, message, event)) {
      putMeaning(TOLD, Map.of(), event);
      event.message(message);
    }
    return event;
  }

  /** Whether a line with a syslog header is a device's. */
  static boolean owns(SyslogHeader header, String text) {
    int tag = tagStart(text);
    return tag >= 0 && Sender.of(header, text, tag) != null;
  }

  /** Where the tag's percent sign is, or -1. */
  private static int tagStart(String text) {
    int limit = Math.min(text.length(), MAX_TAG_OFFSET);
    for (int at = text.indexOf('%'); at >= 0 && at < limit; at = text.indexOf('%', at + 1)) {
      boolean wordStart = at == 0 || " :>".indexOf(text.charAt(at - 1)) >= 0;
      if (wordStart
          && (text.startsWith("ASA-", at + 1)
              || text.startsWith("FTD-", at + 1)
              || text.startsWith("PIX-", at + 1))) {
        return at;
      }
    }
    return -1;
  }

  /** Where the level is, a digit before a dash and the six digits of the number, or -1. */
  private static int levelStart(String text, int tag) {
    int position = tag + "%ASA-".length();
    // Some messages have a class in between: %ASA-session-5-106100.
    int letters = position;
    while (letters < text.length() && Character.isLetter(text.charAt(letters))) {
      letters++;
    }
    if (letters > position && text.startsWith("-", letters)) {
      position = letters + 1;
    }
    boolean whole =
        Timestamps.digits(text, position, position + 1) >= 0
            && text.startsWith("-", position + 1)
            && Timestamps.digits(text, position + 2, position + 2 + CODE_LENGTH) >= 0;
    return whole ? position : -1;
  }

  /** Whether what is before the tag, no syslog header, may have been a time and a host. */
  private static boolean hasDamagedTime(String text, int tag) {
    for (int i = 0; i < tag; i++) {
      char c = text.charAt(i);
      if (!Character.isLetterOrDigit(c) && "<> :.-+,*/_".indexOf(c) < 0) {
        return false;
      }
    }
    // Others' users, say, may be called like a tag.
    return !SnortFast.hasTime(text) && !WebAccessFormat.hasRequest(text);
  }

  /**
   * Who sent the message, from what is between the time and the tag.
   *
   * @param header the device's own
   */
  private record Sender(
      SyslogHeader header, @Nullable String host, @Nullable String program, @Nullable Long pid) {

    /** Null if the tag is not where a device writes it, or the program has a format of its own. */
    static @Nullable Sender of(SyslogHeader outer, String text, int tag) {
      if (SshdFormat.owns(outer) || SnortFast.owns(outer) || outer.isFrom("kernel", "ulogd")) {
        return null;
      }
      int blank = outer.rest().indexOf(' ');
      if (blank > 0 && Timestamps.month(outer.rest(), blank + 1) > 0) {
        // A relay put its time and the device's address in front of the device's own header.
        SyslogHeader own = SyslogHeader.parse(outer.rest().substring(blank + 1));
        if (own != null) {
          return of(own, outer.rest().substring(0, blank), text, tag);
        }
      }
      return of(outer, null, text, tag);
    }

    private static @Nullable Sender of(
        SyslogHeader header, @Nullable String relay, String text, int tag) {
      String program = header.program();
      int offset = tag - (text.length() - header.rest().length());
      if (offset < 0) {
        // RFC 5424, in which the tag may be in the place of the program or of the message's type
        boolean device = program == null || program.equals(":") || program.startsWith("%");
        return device ? new Sender(header, header.host(), null, null) : null;
      }
      if (header.isFrom("kernel", "ulogd")) {
        return null;
      }
      String before = header.rest().substring(0, offset).strip();
      boolean tagged =
          program != null && !program.startsWith("%") && header.message().startsWith("%");
      if (before.startsWith("-") || before.startsWith("[")) {
        return header.message().startsWith("%")
            ? new Sender(header, header.host(), program, header.pid())
            : null;
      }
      if (tagged && header.host() != null) {
        return new Sender(header, header.host(), program, header.pid());
      }
      while (before.endsWith(":")) {
        before = before.substring(0, before.length() - 1).strip();
      }
      if (before.indexOf(' ') >= 0 || before.indexOf('/') >= 0) {
        return null;
      }
      return new Sender(header, before.isEmpty() ? relay : before, null, null);
    }
  }

  /** Reads the message by the first of the layouts that it has; false if it has none. */
  private static boolean read(
      List<CiscoAsaLayout> layouts, String message, SecurityEventBuilder event) {
    for (CiscoAsaLayout layout : layouts) {
      Map<String, String> fields = layout.read(message);
      if (fields != null) {
        putMeaning(layout.meaning(), fields, event);
        putFields(fields, event);
        if (layout.meaning() == TOLD || layout.meaning() == CONFIGURED) {
          event.message(message);
        }
        return true;
      }
    }
    return false;
  }

  private static void putMeaning(
      Meaning meaning, Map<String, String> fields, SecurityEventBuilder event) {
    switch (meaning) {
      case ALLOWED -> putVerdict("allowed", event);
      case DENIED -> putVerdict("denied", event);
      case RULE -> putVerdict(fields.get("verdict"), event);
      case STARTED, ENDED -> {
        boolean started = meaning == STARTED;
        event
            .category("network")
            .type("connection", started ? "start" : "end")
            .action(started ? "flow-creation" : "flow-expiration");
        if (fields.containsKey("verdict")) {
          // "has been created", "has been deleted"
          event.action(fields.get("verdict")).outcome("success");
        }
      }
      case LOGGED_IN, LOGIN_REFUSED -> {
        // Without an address it is no attempt that could be counted.
        event
            .category("authentication")
            .type(fields.containsKey("source") ? "start" : "info")
            .action("login")
            .outcome(meaning == LOGGED_IN ? "success" : "failure");
      }
      case AUTHENTICATED, NOT_AUTHENTICATED ->
          event
              .category("authentication")
              .type("info")
              .action("authentication")
              .outcome(meaning == AUTHENTICATED ? "success" : "failure");
      case CONFIGURED -> event.category("configuration").type("change").action("command");
      case TOLD -> event.category("network").type("info");
    }
  }

  /** The outcome is the rule's: to deny what it is to deny is a success. */
  private static void putVerdict(String verdict, SecurityEventBuilder event) {
    event.category("network").action("firewall-rule").outcome("success");
    switch (verdict.toLowerCase(Locale.ROOT)) {
      case "permitted", "allowed", "est-allowed" -> event.type("connection", "allowed");
      case "denied" -> event.type("connection", "denied");
      case "dropped" -> event.type("connection", "denied").outcome("failure");
      case "monitored" -> event.category("intrusion_detection").type("info");
      default -> event.type("info");
    }
  }

  private static void putFields(Map<String, String> fields, SecurityEventBuilder event) {
    putTransport(fields, event);
    putEndpoint("source", fields, event.source());
    putEndpoint("destination", fields, event.destination());
    putUser(fields, event);
    event
        .direction(lower(fields.get("direction")))
        .ingress(fields.get("sourceInterface"))
        .egress(fields.get("destinationInterface"))
        .ruleName(fields.get("rule"))
        .ruleCategory(fields.get("threatCategory"))
        .reason(reason(fields.get("reason")))
        .networkBytes(Numbers.parseLong(fields.get("bytes")))
        .label("aaa_user", fields.get("aaaUser"))
        .label("assigned_ip", fields.get("assigned"))
        .label("icmp_type", fields.getOrDefault("icmpType", fields.get("icmpType2")))
        .label("icmp_code", fields.getOrDefault("icmpCode", fields.get("icmpCode2")))
        .label("tcp_flags", fields.get("tcpFlags"))
        .label("threat_level", fields.get("threatLevel"));
    Long received = Numbers.parseLong(fields.get("received"));
    Long sent = Numbers.parseLong(fields.get("sent"));
    if (received != null && sent != null) {
      event.networkBytes(received + sent);
      event.source().bytes(received);
      event.destination().bytes(sent);
    }
    if (fields.containsKey("duration")) {
      Duration duration = duration(fields.get("duration"));
      event
          .duration(duration.toNanos())
          .start(event.timestamp().minus(duration))
          .end(event.timestamp());
    }
    if (fields.containsKey("url")) {
      event.url(url(fields.get("url")));
    }
  }

  private static void putTransport(Map<String, String> fields, SecurityEventBuilder event) {
    String transport = lower(fields.get("transport"));
    String number = fields.get("protocolNumber");
    if (transport != null && Numbers.parseLong(transport) != null) {
      number = transport;
      transport = null;
    } else if ("icmpv6".equals(transport) || "icmp6".equals(transport)) {
      transport = "ipv6-icmp";
    }
    event
        .transport("ip".equals(transport) ? null : transport)
        .ianaNumber(number != null || transport == null ? number : IANA_NUMBERS.get(transport));
    // A port may be printed by its name: "to inside:192.0.2.1/ssh".
    String service = fields.getOrDefault("protocol", fields.get("destinationPort"));
    if (service != null && Numbers.parseLong(service) == null) {
      event.protocol(lower(service));
    }
  }

  private static void putEndpoint(
      String side, Map<String, String> fields, EndpointBuilder endpoint) {
    String address = fields.get(side);
    Integer port = Numbers.parsePort(fields.get(side + "Port"));
    endpoint.address(address).port(port);
    if (fields.containsKey(side + "Domain")) {
      endpoint.domain(fields.get(side + "Domain"));
    }
    // Where nothing is translated, the log repeats the address.
    String nat = fields.get(side + "Nat");
    Integer natPort = Numbers.parsePort(fields.get(side + "NatPort"));
    endpoint.nat(
        nat == null || nat.equals(address) ? null : nat,
        natPort == null || natPort.equals(port) ? null : natPort);
    String user = fields.get(side + "User");
    if (user != null) {
      endpoint.user(User.of(user).name());
    }
  }

  private static void putUser(Map<String, String> fields, SecurityEventBuilder event) {
    if (!fields.containsKey("sourceUser") && fields.containsKey("clientUser")) {
      event.source().user(User.of(fields.get("clientUser")).name());
    }
    String name = fields.getOrDefault("user", fields.get("destinationUser"));
    if (name != null) {
      User user = User.of(name);
      event.user(user.name()).userDomain(user.domain());
    }
  }

  /** A user as ASA prints it: LOCAL\name, domain\name, LOCAL\domain\name, name@domain. */
  private record User(String name, @Nullable String domain) {
    static User of(String text) {
      String name = text.strip();
      // The identity firewall puts a security group behind a comma.
      int comma = name.indexOf(',');
      if (comma > 0) {
        name = name.substring(0, comma);
      }
      if (name.startsWith("LOCAL\\")) {
        name = name.substring("LOCAL\\".length());
      }
      int backslash = name.indexOf('\\');
      if (backslash >= 0) {
        return new User(name.substring(backslash + 1), name.substring(0, backslash));
      }
      int at = name.indexOf('@');
      return at > 0
          ? new User(name.substring(0, at), name.substring(at + 1))
          : new User(name, null);
    }
  }

  /** The reason, without the interface that ended the connection and without the full stop. */
  private static @Nullable String reason(@Nullable String text) {
    if (text == null) {
      return null;
    }
    int from = text.indexOf(" from ");
    String reason = (from < 0 ? text : text.substring(0, from)).strip();
    return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
  }

  /** {@code 1:23:45}, {@code 6h:17m:53s} or {@code 12d 9h:11m:22s}. */
  private static Duration duration(String text) {
    int day = text.indexOf('d');
    String[] parts = text.substring(day < 0 ? 0 : day + 2).replaceAll("[hms]", "").split(":");
    return Duration.ofDays(day < 0 ? 0 : Long.parseLong(text.substring(0, day)))
        .plusHours(Long.parseLong(parts[0]))
        .plusMinutes(Long.parseLong(parts[1]))
        .plusSeconds(Long.parseLong(parts[2]));
  }

  private static Ecs.Url url(String text) {
    String scheme = null;
    String domain = null;
    Integer port = null;
    String path = text;
    int colon = text.indexOf("://");
    if (colon > 0) {
      scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
      String rest = text.substring(colon + 3);
      int slash = rest.indexOf('/');
      String authority = slash < 0 ? rest : rest.substring(0, slash);
      path = slash < 0 ? "" : rest.substring(slash);
      int portColon = authority.lastIndexOf(':');
      if (portColon > authority.lastIndexOf(']')) {
        port = Numbers.parsePort(authority.substring(portColon + 1));
        authority = authority.substring(0, portColon);
      }
      domain = authority.isEmpty() ? null : authority;
    }
    String query = null;
    int question = path.indexOf('?');
    if (question >= 0) {
      query = path.substring(question + 1);
      path = path.substring(0, question);
    }
    int dot = path.lastIndexOf('.');
    String extension =
        dot > path.lastIndexOf('/') && dot < path.length() - 1 ? path.substring(dot + 1) : null;
    return new Ecs.Url(
        text, null, scheme, domain, port, path.isEmpty() ? null : path, query, extension);
  }

  private static @Nullable String lower(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }
}
