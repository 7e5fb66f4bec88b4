package dev.vigil.pipeline;

import static dev.vigil.pipeline.io.SearchConnection.API_KEY;
import static dev.vigil.pipeline.io.SearchConnection.PASSWORD;
import static dev.vigil.pipeline.io.SearchConnection.USER;

import dev.vigil.pipeline.io.SearchBackend;
import dev.vigil.pipeline.io.SearchConnection;
import dev.vigil.pipeline.io.SecretProperties;
import dev.vigil.pipeline.io.Storage;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What the options and the environment say of Elasticsearch or OpenSearch.
 *
 * @param connection null where nothing goes there
 * @param backend null to ask the server what it is
 */
record ElasticsearchSettings(
    @Nullable SearchConnection connection, @Nullable SearchBackend backend) {

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
      if (options.getElasticsearchProperties() != null
          || options.getElasticsearchCa() != null
          || backend != null) {
        throw new UsageException(
            "options of Elasticsearch are given, but no address: give"
                + " --elasticsearch=http://HOST:9200");
      }
      return new ElasticsearchSettings(null, backend);
    }
    String place = options.getElasticsearchProperties();
    SecretProperties secrets = Settings.secrets("elasticsearchProperties", place);
    Map<String, String> properties = properties(options, environment, secrets);
    return new ElasticsearchSettings(
        secured(connection(options.getElasticsearch()), properties, secrets), backend);
  }

  private static SearchConnection secured(
      SearchConnection connection,
      Map<String, String> properties,
      @Nullable SecretProperties secrets)
      throws UsageException {
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
    if (secrets != null && secrets.isReference() && (user != null || key != null)) {
      secured = secured.withSecrets(secrets);
    } else if (user != null) {
      secured = secured.withUser(user, password);
    } else if (key != null) {
      secured = secured.withApiKey(key);
    }
    String authorities = properties.get(CA_FILE);
    if (authorities == null) {
      return secured;
    }
    try {
      return secured.withAuthorities(Storage.content(authorities));
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(
          "--elasticsearchCa="
              + authorities
              + " cannot be read as a file of certificates: give one in PEM form");
    }
  }

  private static Map<String, String> properties(
      VigilOptions options, Map<String, String> environment, @Nullable SecretProperties secrets)
      throws UsageException {
    Map<String, String> properties = new TreeMap<>();
    if (secrets == null || !secrets.isReference()) {
      VARIABLES.forEach(
          (property, variable) -> put(properties, property, environment.get(variable)));
    }
    if (secrets != null) {
      for (Map.Entry<String, String> property : secrets.values().entrySet()) {
        if (!PROPERTIES.contains(property.getKey())) {
          throw new UsageException(
              "--elasticsearchProperties="
                  + options.getElasticsearchProperties()
                  + ": there is no property "
                  + property.getKey()
                  + ": give some of user, password, apiKey, caFile");
        }
        put(properties, property.getKey(), property.getValue());
      }
    }
    if (options.getElasticsearchCa() != null) {
      properties.put(CA_FILE, options.getElasticsearchCa());
    }
    return properties;
  }

  /** Nothing is as if it were not there; secrets from files often end with the file's last line. */
  private static void put(Map<String, String> properties, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      properties.put(name, value.strip());
    }
  }

  private static SearchConnection connection(String addresses) throws UsageException {
    if (addresses.contains("@")) {
      throw new UsageException(
          "--elasticsearch: others can see what is in an address: give the user and the password by "
              + VARIABLES.get(USER)
              + " and "
              + VARIABLES.get(PASSWORD));
    }
    try {
      return SearchConnection.to(Stream.of(addresses.split(",", -1)).map(String::strip).toList());
    } catch (IllegalArgumentException e) {
      throw new UsageException("--elasticsearch: " + e.getMessage());
    }
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
