package dev.vigil.pipeline.io;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Properties that are nobody else's business, by the place where they are: a file of any file
 * system that Beam knows, or a secret of Google's Secret Manager, as in {@code
 * secret:projects/P/secrets/S/versions/V}, which has what such a file would have.
 *
 * <p>What a file has travels to the workers inside the job. Of a secret only the name does: whoever
 * uses it, asks for it.
 */
public final class SecretProperties implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final String REFERENCE = "secret:";

  private static final Pattern NAME =
      Pattern.compile("projects/[^/\\s]+/secrets/[^/\\s]+/versions/[^/\\s]+");

  private final SecretStore store;
  private final @Nullable String name;
  private final @Nullable TreeMap<String, String> content;
  private transient @Nullable Map<String, String> asked;

  private SecretProperties(
      SecretStore store, @Nullable String name, @Nullable TreeMap<String, String> content) {
    this.store = store;
    this.name = name;
    this.content = content;
  }

  /**
   * @throws IOException if there is nothing to be read at that place
   * @throws IllegalArgumentException if it holds no properties, or is of no known file system
   */
  public static SecretProperties at(String place) throws IOException {
    return at(place, SecretStore.ofGoogle());
  }

  static SecretProperties at(String place, SecretStore store) throws IOException {
    if (isReference(place)) {
      String name = place.substring(REFERENCE.length());
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("it is not secret:projects/P/secrets/S/versions/V");
      }
      SecretProperties secret = new SecretProperties(store, name, null);
      secret.asked = secret.ask();
      return secret;
    }
    return new SecretProperties(store, null, parse(Storage.content(place)));
  }

  /** Whether a place is a secret's, and no file's. */
  public static boolean isReference(String place) {
    return place.startsWith(REFERENCE);
  }

  /** Names and values, without blanks around them. */
  public synchronized Map<String, String> values() {
    if (content != null) {
      return content;
    }
    if (asked == null) {
      try {
        asked = ask();
      } catch (IOException e) {
        throw new UncheckedIOException("the secret " + name + " cannot be read", e);
      }
    }
    return asked;
  }

  /** Whether they stay where they are, and do not travel. */
  public boolean isReference() {
    return name != null;
  }

  private Map<String, String> ask() throws IOException {
    return parse(store.access(name));
  }

  private static TreeMap<String, String> parse(byte[] content) throws IOException {
    Properties read = new Properties();
    // A decoder, for which what is not UTF-8 is an error.
    read.load(
        new InputStreamReader(
            new ByteArrayInputStream(content), StandardCharsets.UTF_8.newDecoder()));
    TreeMap<String, String> values = new TreeMap<>();
    read.forEach((name, value) -> values.put((String) name, ((String) value).strip()));
    return values;
  }

  /** The names alone. */
  @Override
  public String toString() {
    return name != null ? "properties of " + name : "properties " + content.keySet();
  }
}
