package dev.vigil.parse;

import dev.vigil.event.Ecs;
import dev.vigil.event.IpAddress;
import dev.vigil.event.SecurityEventBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Access logs of Apache and nginx: the common and the combined log format, as <a
 * href="https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#examples">mod_log_config</a> and
 * <a href="https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format">nginx</a> define
 * them, with or without a virtual host in front; what follows the user agent is ignored.
 *
 * <p>Each line is one request: {@code web}/{@code access}, a success below status 400. A refused
 * password (401) is not a login event: the log does not tell it from a request without one.
 *
 * <p>{@code -} stands for nothing and is left out. Escapes in quoted fields ({@code \"}, {@code
 * \x16}) stay as the server wrote them, since what they stand for need not be text. Only {@code
 * url.path} is decoded, from percent escapes. A virtual host is the {@code destination}. Where a
 * proxy's list of addresses stands for the client, the first public one is the source, or the first
 * if none is.
 */
public final class WebAccessFormat implements LogFormat {
  private static final long serialVersionUID = 1L;

  private static final String MALFORMED = "malformed access log line";

  /** The length of {@code 17/May/2015:10:05:03}. */
  private static final int TIME_LENGTH = 20;

  private static final int FIRST_FAILURE = 400;

  /** What stands between and around addresses in a list. */
  private static final Pattern LIST = Pattern.compile("[\", ]+");

  /** In host names, addresses, wildcards of virtual hosts, and between them. */
  private static final String HOST_PUNCTUATION = ".-_:[]%*, ";

  /** How private, loopback and link-local IPv4 addresses begin. */
  private static final List<String> PRIVATE =
      Stream.concat(
              Stream.of("10.", "127.", "169.254.", "192.168."),
              IntStream.range(16, 32).mapToObj(second -> "172." + second + "."))
          .toList();

  @Override
  public String name() {
    return "web_access";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    String text = line.text().stripTrailing();
    int timeStart = timeStart(text);
    if (timeStart < 0) {
      return null;
    }
    Peer peer = Peer.of(text.substring(0, timeStart - " [".length()));
    if (peer == null || line.syslog() != null) {
      return null;
    }
    int request = requestStart(text, timeStart);
    Instant time = time(text, timeStart, request - "] \"".length(), line.context());
    int requestEnd = closingQuote(text, request);
    if (requestEnd < 0) {
      throw new MalformedLine(MALFORMED, "the request does not end");
    }
    int status = Timestamps.digits(text, requestEnd + 2, requestEnd + 5);
    if (status < 0 || !isBlank(text, requestEnd + 1) || !isBlank(text, requestEnd + 5)) {
      throw new MalformedLine(MALFORMED, "no status behind the request");
    }
    int bytesStart = requestEnd + 6;
    int bytesEnd = wordEnd(text, bytesStart);
    String bytes = text.substring(bytesStart, bytesEnd);
    Long bodyBytes = bytes.startsWith("-") ? null : Numbers.parseLong(bytes);
    if (bodyBytes == null && !bytes.equals("-")) {
      throw new MalformedLine(MALFORMED, "no size behind the status");
    }
    SecurityEventBuilder event =
        SecurityEventBuilder.at(time)
            .category("web")
            .type("access")
            .outcome(outcome(status))
            .user(given(peer.user()))
            .statusCode(status)
            .responseBytes(bodyBytes);
    event.source().address(given(peer.client()));
    if (peer.virtualHost() != null) {
      Authority host = Authority.of(peer.virtualHost());
      event.destination().address(given(host.host())).port(host.port());
    }
    addRequest(event, text.substring(request, requestEnd));
    addCombined(event, text, bytesEnd);
    return event;
  }

  /** 000 is nginx' for a connection that was gone before there was an answer. */
  private static String outcome(int status) {
    if (status < 100) {
      return "unknown";
    }
    return status < FIRST_FAILURE ? "success" : "failure";
  }

  /** Referrer and user agent, if they are there; one that is cut short is not. */
  private static void addCombined(SecurityEventBuilder event, String text, int bytesEnd) {
    if (!text.startsWith(" \"", bytesEnd)) {
      return;
    }
    int referrerStart = bytesEnd + 2;
    int referrerEnd = closingQuote(text, referrerStart);
    if (referrerEnd < 0) {
      return;
    }
    event.referrer(given(text.substring(referrerStart, referrerEnd)));
    if (!text.startsWith("\" \"", referrerEnd)) {
      return;
    }
    int agentStart = referrerEnd + 3;
    int agentEnd = closingQuote(text, agentStart);
    if (agentEnd >= 0) {
      event.userAgent(given(text.substring(agentStart, agentEnd)));
    }
  }

  /**
   * Method, target and version. A request that is none ({@code -}, a TLS handshake on a plain port,
   * other protocols) gives nothing.
   */
  private static void addRequest(SecurityEventBuilder event, String request) {
    int methodEnd = request.indexOf(' ');
    if (methodEnd <= 0 || !isName(request, methodEnd)) {
      return;
    }
    String method = request.substring(0, methodEnd);
    int versionStart = request.lastIndexOf(" HTTP/");
    String version = versionStart < 0 ? null : request.substring(versionStart + " HTTP/".length());
    String target;
    if (version != null && isVersion(version)) {
      // No target at all leaves one blank between method and version.
      target = versionStart <= methodEnd ? "" : request.substring(methodEnd + 1, versionStart);
    } else {
      // HTTP/0.9 names no version. "EHLO example.com" and the like are not HTTP.
      version = null;
      target = request.substring(methodEnd + 1);
      if (!target.startsWith("/") && !target.contains("://")) {
        return;
      }
    }
    event.httpMethod(method).httpVersion(version);
    if (!target.isBlank()) {
      event.url(url(method, target));
    }
  }

  private static Ecs.Url url(String method, String target) {
    String scheme = null;
    Authority authority = new Authority(null, null);
    String rest = target;
    int colon = target.indexOf("://");
    if (method.equals("CONNECT")) {
      authority = Authority.of(target);
      rest = "";
    } else if (colon > 0 && isName(target, colon)) {
      scheme = target.substring(0, colon).toLowerCase(Locale.ROOT);
      int start = colon + "://".length();
      int end = start;
      while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
        end++;
      }
      authority = Authority.of(target.substring(start, end));
      rest = target.substring(end);
    }
    int question = rest.indexOf('?');
    String path = decoded(question < 0 ? rest : rest.substring(0, question));
    String query = question < 0 ? "" : rest.substring(question + 1);
    int dot = path.lastIndexOf('.');
    String extension = dot > path.lastIndexOf('/') ? path.substring(dot + 1) : "";
    return new Ecs.Url(
        target,
        null,
        scheme,
        authority.host(),
        authority.port(),
        path.isEmpty() ? null : path,
        query.isEmpty() ? null : query,
        extension.isEmpty() ? null : extension);
  }

  /**
   * Percent escapes as the UTF-8 they stand for. What is not UTF-8 becomes U+FFFD, and what is no
   * escape stays, so that one bad escape does not hide the rest of the path.
   */
  private static String decoded(String path) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder out = new StringBuilder(path.length());
    ByteArrayOutputStream escaped = new ByteArrayOutputStream();
    for (int i = 0; i < path.length(); i++) {
      int high = path.charAt(i) == '%' ? hex(path, i + 1) : -1;
      int low = high < 0 ? -1 : hex(path, i + 2);
      if (low >= 0) {
        escaped.write(high << 4 | low);
        i += 2;
      } else {
        out.append(escaped.toString(StandardCharsets.UTF_8)).append(path.charAt(i));
        escaped.reset();
      }
    }
    return out.append(escaped.toString(StandardCharsets.UTF_8)).toString();
  }

  private static int hex(String text, int position) {
    char c = position < text.length() ? text.charAt(position) : ' ';
    // Character.digit takes other scripts' digits, too.
    return c > 'f' ? -1 : Character.digit(c, 16);
  }

  private static @Nullable String given(@Nullable String value) {
    return value == null || value.equals("-") || value.equals("\"\"") ? null : value;
  }

  /** Whether a time in brackets and the beginning of a request are somewhere in a line. */
  static boolean hasRequest(String text) {
    return timeStart(text) >= 0;
  }

  /** Where the time begins behind the first bracket that holds one, or -1. */
  private static int timeStart(String text) {
    for (int i = text.indexOf(" ["); i >= 0; i = text.indexOf(" [", i + 1)) {
      if (requestStart(text, i + 2) >= 0) {
        return i + 2;
      }
    }
    return -1;
  }

  /**
   * Where the request begins behind the time that begins at a position, or -1 if that is not
   * followed by bracket, blank and quote. A user name may hold brackets and times but no bare
   * quote, and so cannot pass for this.
   */
  private static int requestStart(String text, int start) {
    int position = start + TIME_LENGTH;
    if (position >= text.length()
        || Timestamps.digits(text, start, start + 2) < 0
        || text.charAt(start + 2) != '/'
        || !isLetter(text.charAt(start + 3))
        || !isLetter(text.charAt(start + 4))
        || !isLetter(text.charAt(start + 5))
        || text.charAt(start + 6) != '/'
        || Timestamps.digits(text, start + 7, start + 11) < 0
        || text.charAt(start + 11) != ':'
        || Timestamps.digits(text, start + 12, start + 14) < 0
        || text.charAt(start + 14) != ':'
        || Timestamps.digits(text, start + 15, start + 17) < 0
        || text.charAt(start + 17) != ':'
        || Timestamps.digits(text, start + 18, position) < 0) {
      return -1;
    }
    if (text.charAt(position) == '.') {
      position++;
      while (position < text.length() && Timestamps.isDigit(text.charAt(position))) {
        position++;
      }
    }
    boolean zone =
        (text.startsWith(" +", position) || text.startsWith(" -", position))
            && Timestamps.digits(text, position + 2, position + 6) >= 0;
    return zone && text.startsWith("] \"", position + 6) ? position + 9 : -1;
  }

  private static Instant time(String text, int start, int end, LineContext context)
      throws MalformedLine {
    int month = Timestamps.month(text, start + 3);
    int zone = end - "+0000".length();
    Instant time =
        Timestamps.parse(
            text.substring(start + 7, start + 11)
                + (month < 10 ? "-0" : "-")
                + month
                + "-"
                + text.substring(start, start + 2)
                + "T"
                + text.substring(start + 12, zone - 1)
                + text.substring(zone, end),
            context.zone());
    if (time == null) {
      throw new MalformedLine("unparsable time", text.substring(start, end));
    }
    return time;
  }

  /** Where the quoted text that begins at a position ends, or -1. */
  private static int closingQuote(String text, int start) {
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        return i;
      }
      if (c == '\\') {
        i++;
      }
    }
    return -1;
  }

  private static int wordEnd(String text, int start) {
    int blank = text.indexOf(' ', start);
    return blank < 0 ? text.length() : blank;
  }

  private static boolean isBlank(String text, int position) {
    return position < text.length() && text.charAt(position) == ' ';
  }

  private static boolean isLetter(char c) {
    return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
  }

  /** Whether all characters up to there are letters, or a hyphen or underscore after the first. */
  private static boolean isName(String text, int end) {
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (!isLetter(c) && (i == 0 || c != '-' && c != '_')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isVersion(String text) {
    int digits = 0;
    for (int i = 0; i < text.length(); i++) {
      if (Timestamps.isDigit(text.charAt(i))) {
        digits++;
      } else if (text.charAt(i) != '.' || digits == 0) {
        return false;
      }
    }
    return digits > 0 && digits <= 3 && !text.endsWith(".");
  }

  /** A host, which may be missing, and a port. */
  private record Authority(@Nullable String host, @Nullable Integer port) {
    static Authority of(String text) {
      String host = text.substring(text.lastIndexOf('@') + 1);
      Integer port = null;
      int colon = host.lastIndexOf(':');
      // Of the colons of an IPv6 address without brackets none begins a port.
      if (colon >= 0 && (colon == host.indexOf(':') || host.charAt(colon - 1) == ']')) {
        port = Numbers.parsePort(host.substring(colon + 1));
        host = host.substring(0, colon);
      }
      return new Authority(host.isEmpty() ? null : host, port);
    }
  }

  /**
   * Who asked whom: what stands in front of the time.
   *
   * @param virtualHost the server's name, perhaps with a port, or null
   * @param client the client's address or name
   */
  private record Peer(@Nullable String virtualHost, String client, String user) {

    /** Reads {@code [host] client [ident] user}; null if the text is something else. */
    static @Nullable Peer of(String text) {
      if (text.isEmpty() || "{< ".indexOf(text.charAt(0)) >= 0) {
        return null;
      }
      int start = hasVirtualHost(text) ? wordEnd(text, 0) + 1 : 0;
      int end = clientEnd(text, start);
      if (!isHosts(text, end, start)) {
        return null;
      }
      // nginx' $remote_addr may follow the addresses that the client's proxies passed on.
      if (text.lastIndexOf(',', end) >= start) {
        int last = wordEnd(text, end + 1);
        if (last < text.length() && IpAddress.canonical(text.substring(end + 1, last)) != null) {
          end = last;
        }
      }
      if (end + 1 >= text.length() || text.charAt(end) != ' ') {
        return null;
      }
      int identEnd = wordEnd(text, end + 1);
      String user = text.substring(identEnd == text.length() ? end + 1 : identEnd + 1);
      // A name of several words follows a dash; anything else is not an access log.
      boolean odd = user.indexOf(' ') >= 0 && !text.startsWith("- ", end + 1);
      if (odd || closingQuote(user, 0) >= 0 && !user.equals("\"\"")) {
        return null;
      }
      return new Peer(
          start == 0 ? null : text.substring(0, start - 1),
          source(text.substring(start, end)),
          user);
    }

    /** Whether the second word is the client: where the first is, ident and user follow. */
    private static boolean hasVirtualHost(String text) {
      int end = wordEnd(text, 0);
      int clientEnd = wordEnd(text, end + 1);
      char last = text.charAt(end - 1);
      if (last == ',' || text.charAt(0) == '"' || clientEnd >= text.length()) {
        return false;
      }
      String client = text.substring(end + 1, clientEnd);
      if (client.isEmpty() || client.equals("-")) {
        return false;
      }
      int nextEnd = wordEnd(text, clientEnd + 1);
      boolean fourWords = nextEnd < text.length();
      if (client.endsWith(",") || client.startsWith("\"")) {
        return fourWords;
      }
      if (IpAddress.canonical(client) != null) {
        return fourWords || IpAddress.canonical(text.substring(0, end)) == null;
      }
      return fourWords && text.startsWith("- ", clientEnd + 1);
    }

    /** Where the client, or the list in quotes or with commas in its place, ends. */
    private static int clientEnd(String text, int start) {
      if (text.charAt(start) == '"') {
        int close = text.indexOf('"', start + 1);
        return close < 0 ? text.length() : close + 1;
      }
      int end = wordEnd(text, start);
      while (end < text.length() && text.charAt(end - 1) == ',') {
        end = wordEnd(text, end + 1);
      }
      return end;
    }

    /** Whether up to there stands what hosts and lists of them are made of. */
    private static boolean isHosts(String text, int end, int quote) {
      for (int i = 0; i < end; i++) {
        char c = text.charAt(i);
        boolean quotes = c == '"' && text.charAt(quote) == '"' && (i == quote || i == end - 1);
        if (!Character.isLetterOrDigit(c) && HOST_PUNCTUATION.indexOf(c) < 0 && !quotes) {
          return false;
        }
      }
      return true;
    }

    private static String source(String clients) {
      // What nginx gives for a client on a Unix domain socket is no address.
      if (clients.equals("unix:")) {
        return "-";
      }
      if (clients.indexOf(',') < 0 && clients.indexOf('"') < 0) {
        return clients;
      }
      String first = null;
      for (String client : LIST.split(clients)) {
        if (client.isEmpty()) {
          continue;
        }
        String ip = IpAddress.canonical(client);
        if (ip != null && !isPrivate(ip)) {
          return client;
        }
        first = first == null ? client : first;
      }
      return first == null ? "-" : first;
    }

    private static boolean isPrivate(String ip) {
      return PRIVATE.stream().anyMatch(ip::startsWith)
          || ip.equals("::1")
          // Of IPv6 addresses those in fc00::/7 and fe80::/10.
          || ip.indexOf(':') == 4
              && (ip.startsWith("fc")
                  || ip.startsWith("fd")
                  || ip.startsWith("fe") && "89ab".indexOf(ip.charAt(2)) >= 0);
    }
  }
}
