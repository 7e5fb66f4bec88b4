package dev.vigil.parse;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The layout of one kind of ASA message: its text with {@code {fields}} in it and {@code «optional
 * parts»}, as Cisco's syslog guide prints it. A blank stands for any number of them. What follows
 * the end of the layout does not matter.
 *
 * <p>It becomes a pattern in which everything is possessive, so that no text takes more than one
 * pass.
 *
 * @param meaning what the message says happened
 * @param fields the names of the fields in it
 */
record CiscoAsaLayout(Meaning meaning, Pattern pattern, Set<String> fields) {

  /** What a message says happened. */
  enum Meaning {
    /** A rule let a packet or connection through. */
    ALLOWED,
    /** A rule, or the firewall itself, refused it. */
    DENIED,
    /** A rule did what the field {@code verdict} says. */
    RULE,
    /** A connection, or what serves one, began. */
    STARTED,
    /** It ended. */
    ENDED,
    /** The final word on one login attempt, with the client's address. */
    LOGGED_IN,
    LOGIN_REFUSED,
    /** A step of an attempt, on which another message has the final word. */
    AUTHENTICATED,
    NOT_AUTHENTICATED,
    /** Somebody changed the firewall's configuration. */
    CONFIGURED,
    /** Anything else. */
    TOLD
  }

  // A colon belongs to an address only before more of it: "to 192.0.2.1: no matching session".
  private static final String ADDRESS = "(?:[\\w.%-]|:(?=[\\w:/(]))++";
  private static final String INTERFACE = "[^:\\s/(),]++";
  private static final String DIGITS = "\\d{1,15}+";
  private static final String WORD = "[\\w-]++";

  /** What a field looks like; one that is not named here must name one of these as its type. */
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("source", ADDRESS),
          Map.entry("destination", ADDRESS),
          Map.entry("sourceNat", ADDRESS),
          Map.entry("destinationNat", ADDRESS),
          Map.entry("assigned", ADDRESS),
          Map.entry("sourceInterface", INTERFACE),
          Map.entry("destinationInterface", INTERFACE),
          Map.entry("sourcePort", WORD),
          Map.entry("destinationPort", WORD),
          Map.entry("sourceNatPort", DIGITS),
          Map.entry("destinationNatPort", DIGITS),
          Map.entry("sourceDomain", "[\\w.-]++(?!/)"),
          Map.entry("destinationDomain", "[\\w.-]++(?!/)"),
          Map.entry("sourceUser", "[^()]++"),
          Map.entry("destinationUser", "[^()]++"),
          Map.entry("aaaUser", "[^()]++"),
          Map.entry("user", "[^\\s<>\"',]++"),
          Map.entry("rule", "[^\\s\"]++"),
          Map.entry("transport", WORD),
          Map.entry("protocol", WORD),
          Map.entry("protocolNumber", "\\d{1,3}+"),
          Map.entry("direction", "(?i:inbound|outbound)"),
          Map.entry("verdict", WORD),
          Map.entry("icmpType", DIGITS),
          Map.entry("icmpCode", DIGITS),
          Map.entry("tcpFlags", "[A-Z+]++(?: ++[A-Z+]++)*+"),
          Map.entry("bytes", DIGITS),
          Map.entry("sent", DIGITS),
          Map.entry("received", DIGITS),
          Map.entry("duration", "(?:\\d{1,4}+d )?+\\d{1,5}+h?+:\\d\\d?+m?+:\\d\\d?+s?+"),
          Map.entry("reason", "[^()]*+"),
          Map.entry("url", "\\S++"),
          Map.entry("threatLevel", WORD),
          Map.entry("threatCategory", "[^,]++"),
          Map.entry("upToColon", "[^:]*+"),
          Map.entry("upToComma", "[^,]*+"),
          Map.entry("upToQuote", "[^\"']*+"),
          Map.entry("upToAngle", "[^<>]*+"),
          Map.entry("upToParenthesis", "[^()]*+"),
          Map.entry("rest", ".*+"));

  /** Parts that many layouts share, and text that changes but means nothing here. */
  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("from", "{sourceInterface}:{source}/{sourcePort}"),
          Map.entry("to", "{destinationInterface}:{destination}/{destinationPort}"),
          Map.entry("mappedFrom", "{from} ({sourceNat}/{sourceNatPort})"),
          Map.entry("mappedTo", "{to} ({destinationNat}/{destinationNatPort})"),
          Map.entry("src", "src {sourceInterface}:{source}«/{sourcePort}»{sourceUser?}"),
          Map.entry(
              "dst",
              "dst {destinationInterface}:{destination}«/{destinationPort}»{destinationUser?}"),
          Map.entry("session", "Group <{<>}> User <{user:upToAngle}> IP <{source}>"));

  private static final Map<String, String> REGEXES =
      Map.ofEntries(
          Map.entry("_", "\\S++"),
          Map.entry("#", "\\d++"),
          Map.entry("()", "[^()]*+"),
          Map.entry("<>", "[^<>]*+"),
          Map.entry(",", "[^,]*+"),
          Map.entry("'", "[^']*+"),
          Map.entry("inbound", "(?<direction>inbound)"),
          Map.entry("outbound", "(?<direction>outbound)"),
          Map.entry("listed", "(?:black|grey|white) ?listed"),
          Map.entry("userAt", "(?:(?<clientUser>[^\\s@]++)@)?+"),
          // Before ":http://…"; only the start of an IPv6 address tells where it ends.
          Map.entry(
              "visited", "(?<destination>(?:[0-9a-fA-F]|:(?=[0-9a-fA-F:]))++(?=:[/h])|[\\w.-]++)"),
          // Some versions print the user in parentheses, some do not.
          Map.entry("sourceUser?", userOf("sourceUser")),
          Map.entry("destinationUser?", userOf("destinationUser")));

  private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-zA-Z]++)>");

  private static String userOf(String name) {
    return "(?:(?: ?\\((?!type )| (?!to |dst |by |gaddr |laddr |type |duration |on |denied |\\())"
        + "(?<"
        + name
        + ">(?<=\\()[^()]++|[^()\\s]++)\\)?+)?+";
  }

  static CiscoAsaLayout of(Meaning meaning, String text) {
    StringBuilder regex = new StringBuilder();
    append(text, regex);
    Set<String> fields = new HashSet<>();
    Matcher group = GROUP.matcher(regex);
    while (group.find()) {
      fields.add(group.group(1));
    }
    return new CiscoAsaLayout(meaning, Pattern.compile(regex.toString()), Set.copyOf(fields));
  }

  private static void append(String text, StringBuilder regex) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case ' ' -> regex.append(" ++");
        case '«' -> regex.append("(?:");
        case '»' -> regex.append(")?+");
        case '{' -> {
          int close = text.indexOf('}', i);
          appendField(text.substring(i + 1, close), regex);
          i = close;
        }
        default -> {
          if (!Character.isLetterOrDigit(c)) {
            regex.append('\\');
          }
          regex.append(c);
        }
      }
    }
  }

  private static void appendField(String field, StringBuilder regex) {
    if (PARTS.containsKey(field)) {
      append(PARTS.get(field), regex);
      return;
    }
    if (REGEXES.containsKey(field)) {
      regex.append(REGEXES.get(field));
      return;
    }
    int colon = field.indexOf(':');
    String name = colon < 0 ? field : field.substring(0, colon);
    String type = TYPES.get(colon < 0 ? field : field.substring(colon + 1));
    if (type == null) {
      throw new IllegalArgumentException("no such field: " + field);
    }
    regex.append("(?<").append(name).append('>').append(type).append(')');
  }

  /** The values of the fields that are there, or null if the text is not laid out like this. */
  @Nullable Map<String, String> read(String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.lookingAt()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (String field : fields) {
      String value = matcher.group(field);
      if (value != null) {
        values.put(field, value);
      }
    }
    return values;
  }
}
