package dev.vigil.pipeline.io;

import java.io.Serializable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.http.HttpHost;

/**
 * Where a node of a cluster is: {@code http://HOST:PORT}, or something before it that has it under
 * a path. Without a port it is that of the scheme, 80 or 443, as everywhere. A host's name may have
 * underscores, which container networks give and {@link java.net.URI} does not know.
 *
 * @param port -1 for that of the scheme
 * @param path empty, or with a slash in front and none at its end
 */
record SearchAddress(String scheme, String host, int port, String path) implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>https?)://(?<host>\\[[0-9a-f:.]+]|[a-z0-9][a-z0-9._-]*)(:(?<port>[0-9]{1,5}))?"
              + "(?<path>(/[a-z0-9._~-]+)*)/?",
          Pattern.CASE_INSENSITIVE);

  private static final int MAX_PORT = 65_535;

  /**
   * @throws IllegalArgumentException if the text is no address; it is not in the message, since a
   *     password may be in it
   */
  static SearchAddress parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw none();
    }
    String port = matcher.group("port");
    int number = port == null ? -1 : Integer.parseInt(port);
    if (number == 0 || number > MAX_PORT) {
      throw none();
    }
    return new SearchAddress(
        matcher.group("scheme").toLowerCase(Locale.ROOT),
        matcher.group("host"),
        number,
        matcher.group("path"));
  }

  private static IllegalArgumentException none() {
    return new IllegalArgumentException(
        "give addresses such as http://localhost:9200, separated by commas");
  }

  HttpHost toHost() {
    return new HttpHost(host, port, scheme);
  }

  /** As it would be given. */
  @Override
  public String toString() {
    return scheme + "://" + host + (port < 0 ? "" : ":" + port) + path;
  }
}
