package dev.vigil.pipeline;

import dev.vigil.pipeline.io.SearchBackend;
import dev.vigil.pipeline.io.SearchConnection;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the options and the environment say of Elasticsearch or OpenSearch.
 *
 * @param connection null where nothing goes there
 * @param backend null to ask the server what it is
 */
record ElasticsearchSettings(
    @Nullable SearchConnection connection, @Nullable SearchBackend backend) {

  private static final String USER = "user";
  private static final String PASSWORD = "password";
  private static final String API_KEY = "apiKey";
  private static final String CA_FILE = "caFile";

  /** The properties that a file may have, and the variables that stand for them. */
  private static final Map<String, String> VARIABLES =
      Map.of(
          USER, "VIGIL_ELASTICSEARCH_USER",
          PASSWORD, "VIGIL_ELASTICSEARCH_PASSWORD",
          API_KEY, "VIGIL_ELASTICSEARCH_API_KEY");

  private static final Set<String> PROPERTIES = Set.of(USER, PASSWORD, API_KEY, CA_FILE);

  private static final String AUTO = "auto";

  /**
   * @param environment the process's variables
   * @throws UsageException if an option's value is none that it can have; secrets are not in it
   */
  static ElasticsearchSettings of(VigilOptions options, Map<String, String> environment)
      throws UsageException {
    SearchBackend backend = backend(options.getElasticsearchBackend());
    if (options.getElasticsearch() == null) {
      if (options.getElasticsearchProperties() != null || options.getElasticsearchCa() != null) {
        throw new UsageException(
            "options of Elasticsearch are given, but no address: give"
                + " --elasticsearch=http://HOST:9200");
      }
      return new ElasticsearchSettings(null, backend);
    }
    Map<String, String> properties = properties(options, environment);
    SearchConnection connection = SearchConnection.to(addresses(options.getElasticsearch()));
    return new ElasticsearchSettings(secured(connection, properties), backend);
  }

  private static SearchConnection secured(
      SearchConnection connection, Map<String, String> properties) throws UsageException {
    String user = properties.get(USER);
    String password = properties.get(PASSWORD);
    String key = properties.get(API_KEY);
    if ((user == null) != (password == null)) {
      throw new UsageException(
          "for Elasticsearch there is a user or a password alone: give both, by "
              + VARIABLES.get(USER)
              + " and "
              + VARIABLES.get(PASSWORD));
    }
    if (user != null && key != null) {
      throw new UsageException(
          "for Elasticsearch there is a password and an API key: give one of them");
    }
    SearchConnection secured = connection;
    if (user != null) {
      secured = secured.withUser(user, password);
    } else if (key != null) {
      secured = secured.withApiKey(key);
    }
    String authorities = properties.get(CA_FILE);
    if (authorities == null) {
      return secured;
    }
    try {
      return secured.withAuthorities(Path.of(authorities));
    } catch (IOException e) {
      throw new UsageException(
          "--elasticsearchCa="
              + authorities
              + " cannot be read as a file of certificates: give one in PEM form");
    }
  }

  private static Map<String, String> properties(
      VigilOptions options, Map<String, String> environment) throws UsageException {
    Map<String, String> properties = new TreeMap<>();
    VARIABLES.forEach(
        (property, variable) -> {
          String value = environment.get(variable);
          if (value != null && !value.isEmpty()) {
            properties.put(property, value);
          }
        });
    String file = options.getElasticsearchProperties();
    if (file != null) {
      Properties read = new Properties();
      try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
        read.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        throw new UsageException(
            "--elasticsearchProperties="
                + file
                + " cannot be read as a file of properties: check it");
      }
      for (String name : read.stringPropertyNames()) {
        if (!PROPERTIES.contains(name)) {
          throw new UsageException(
              "--elasticsearchProperties="
                  + file
                  + ": there is no property "
                  + name
                  + ": give some of user, password, apiKey, caFile");
        }
        properties.put(name, read.getProperty(name).strip());
      }
    }
    if (options.getElasticsearchCa() != null) {
      properties.put(CA_FILE, options.getElasticsearchCa());
    }
    return properties;
  }

  private static List<String> addresses(String text) throws UsageException {
    List<String> addresses = new ArrayList<>();
    for (String part : text.split(",")) {
      URI address;
      try {
        address = new URI(part.strip());
      } catch (URISyntaxException e) {
        throw noAddress();
      }
      if (address.getRawUserInfo() != null) {
        throw new UsageException(
            "--elasticsearch: others can see what is in an address: give the user and the password by "
                + VARIABLES.get(USER)
                + " and "
                + VARIABLES.get(PASSWORD));
      }
      boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      boolean bare = "".equals(address.getPath()) || "/".equals(address.getPath());
      if (!http || address.getHost() == null || !bare || address.getRawQuery() != null) {
        throw noAddress();
      }
      addresses.add(address.getScheme() + "://" + address.getRawAuthority());
    }
    return addresses;
  }

  /** What was given is not repeated: a password may be in it. */
  private static UsageException noAddress() {
    return new UsageException(
        "--elasticsearch: give addresses such as http://localhost:9200, separated by commas");
  }

  private static @Nullable SearchBackend backend(String text) throws UsageException {
    if (text.equals(AUTO)) {
      return null;
    }
    SearchBackend backend = SearchBackend.of(text);
    if (backend == null) {
      throw new UsageException(
          "--elasticsearchBackend="
              + text
              + ": give auto, or one of "
              + String.join(", ", SearchBackend.texts()));
    }
    return backend;
  }
}
