package dev.vigil.parse;

import dev.vigil.event.Ecs;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The {@code url.*} of an HTTP request's target: {@code /path?query}, or, as clients send it to a
 * proxy, {@code http://host:port/path?query}. Nothing is decoded.
 */
final class RequestUrl {
  private RequestUrl() {}

  /**
   * @param target as the request gives it
   * @param host what the request's Host header says; a full URL's own host comes before it
   * @param port the same of the port
   * @return the URL, or null if nothing is known of it
   */
  static Ecs.@Nullable Url of(
      @Nullable String target, @Nullable String host, @Nullable Integer port) {
    String domain = host == null || host.isEmpty() ? null : host;
    if (target == null || target.isEmpty()) {
      return domain == null && port == null
          ? null
          : new Ecs.Url(null, null, null, domain, port, null, null, null);
    }
    String scheme = null;
    String full = null;
    Integer urlPort = port;
    int pathStart = 0;
    int colon = target.indexOf("://");
    if (colon > 0 && isLetters(target, colon)) {
      scheme = target.substring(0, colon);
      full = target;
      int hostStart = colon + 3;
      pathStart = hostStart;
      while (pathStart < target.length() && "/?#".indexOf(target.charAt(pathStart)) < 0) {
        pathStart++;
      }
      String authority = target.substring(hostStart, pathStart);
      authority = authority.substring(authority.lastIndexOf('@') + 1);
      int portColon = authority.lastIndexOf(':');
      if (portColon > authority.lastIndexOf(']')) {
        urlPort = Numbers.parsePort(authority.substring(portColon + 1));
        authority = authority.substring(0, portColon);
      }
      domain = authority.isEmpty() ? domain : authority;
    }
    int question = target.indexOf('?', pathStart);
    String path = target.substring(pathStart, question < 0 ? target.length() : question);
    String query = question < 0 ? "" : target.substring(question + 1);
    return new Ecs.Url(
        target,
        full,
        scheme,
        domain,
        urlPort,
        path.isEmpty() ? null : path,
        query.isEmpty() ? null : query,
        null);
  }

  private static boolean isLetters(String text, int end) {
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z')) {
        return false;
      }
    }
    return true;
  }
}
