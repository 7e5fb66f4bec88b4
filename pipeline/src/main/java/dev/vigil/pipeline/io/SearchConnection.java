package dev.vigil.pipeline.io;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.http.Header;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpHost;
import org.apache.http.impl.nio.reactor.IOReactorConfig;
import org.apache.http.message.BasicHeader;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.elasticsearch.client.RestClient;

/**
 * How to reach an Elasticsearch or OpenSearch cluster: its addresses, and what it wants to see
 * before it lets anyone in.
 *
 * <p>Credentials are in no display data, and {@link #toString} leaves them out. They travel to the
 * workers as part of the job, and so can be read by whoever can read the job where it is staged,
 * unless they are in {@link SecretProperties} that are only named; so does the certificate
 * authority's certificate, which is no secret. Nobody is followed who sends us on to another
 * address.
 */
public final class SearchConnection implements Serializable {
  private static final long serialVersionUID = 1L;

  /** The properties of credentials. */
  public static final String USER = "user";

  public static final String PASSWORD = "password";
  public static final String API_KEY = "apiKey";

  private static final int CONNECT_MILLIS = 5_000;

  /** Longer than a server waits for a shard that is not there: a minute. */
  private static final int ANSWER_MILLIS = 90_000;

  private final ArrayList<SearchAddress> addresses;
  private final @Nullable String authorization;
  private final @Nullable SecretProperties secrets;
  private final byte @Nullable [] authorities;

  private SearchConnection(
      List<SearchAddress> addresses,
      @Nullable String authorization,
      @Nullable SecretProperties secrets,
      byte @Nullable [] authorities) {
    this.addresses = new ArrayList<>(addresses);
    this.authorization = authorization;
    this.secrets = secrets;
    this.authorities = authorities;
  }

  /**
   * @param texts such as {@code http://localhost:9200}, of nodes of one cluster, with the same path
   *     if they have one
   * @throws IllegalArgumentException if one of them is none; the message says what to give, without
   *     what was given
   */
  public static SearchConnection to(List<String> texts) {
    List<SearchAddress> addresses = texts.stream().map(SearchAddress::parse).toList();
    if (addresses.stream().map(SearchAddress::path).distinct().count() > 1) {
      throw new IllegalArgumentException("give addresses with the same path, of one cluster");
    }
    return new SearchConnection(addresses, null, null, null);
  }

  /** With a user's name and password. */
  public SearchConnection withUser(String name, String password) {
    return new SearchConnection(addresses, basic(name, password), null, authorities);
  }

  /**
   * @param key an API key in the encoded form that the server gave
   */
  public SearchConnection withApiKey(String key) {
    return new SearchConnection(addresses, apiKey(key), null, authorities);
  }

  /**
   * With what whoever opens a connection finds there: {@value #API_KEY}, or {@value #USER} and
   * {@value #PASSWORD}.
   */
  public SearchConnection withSecrets(SecretProperties value) {
    return new SearchConnection(addresses, null, value, authorities);
  }

  private static String basic(String name, String password) {
    byte[] both = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }

  private static String apiKey(String key) {
    return "ApiKey " + key;
  }

  @Nullable String authorization() {
    if (secrets == null) {
      return authorization;
    }
    Map<String, String> values = secrets.values();
    return !values.getOrDefault(API_KEY, "").isBlank()
        ? apiKey(values.get(API_KEY))
        : basic(values.get(USER), values.get(PASSWORD));
  }

  /**
   * @param pem certificates in PEM form: who is certified by one of them is trusted, and nobody
   *     else
   * @throws IOException if there is no certificate in it
   */
  public SearchConnection withAuthorities(byte[] pem) throws IOException {
    try {
      trusting(pem);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificates in PEM form", e);
    }
    return new SearchConnection(addresses, authorization, secrets, pem);
  }

  /** Those that the user gave. */
  public List<String> addresses() {
    return addresses.stream().map(SearchAddress::toString).toList();
  }

  /** A client that the caller closes. */
  RestClient open() {
    return open(CONNECT_MILLIS, ANSWER_MILLIS);
  }

  /**
   * A client that the caller closes.
   *
   * @param connectMillis how long it waits for a connection
   * @param answerMillis how long it waits for a sign of life from the server
   */
  RestClient open(int connectMillis, int answerMillis) {
    SSLContext tls;
    try {
      tls = authorities == null ? SSLContext.getDefault() : trusting(authorities);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("TLS cannot be set up", e);
    }
    List<Header> headers = new ArrayList<>();
    String shown = authorization();
    if (shown != null) {
      // Sent at once, and not only when asked for: a request is a megabyte.
      headers.add(new BasicHeader(HttpHeaders.AUTHORIZATION, shown));
    }
    String path = addresses.get(0).path();
    return RestClient.builder(
            addresses.stream().map(SearchAddress::toHost).toArray(HttpHost[]::new))
        .setPathPrefix(path.isEmpty() ? "/" : path)
        .setDefaultHeaders(headers.toArray(Header[]::new))
        .setRequestConfigCallback(
            config ->
                config
                    .setConnectTimeout(connectMillis)
                    .setSocketTimeout(answerMillis)
                    // It would carry the credentials to wherever an answer says.
                    .setRedirectsEnabled(false))
        .setHttpClientConfigCallback(
            client ->
                client
                    .setSSLContext(tls)
                    .disableCookieManagement()
                    .disableAuthCaching()
                    .setDefaultIOReactorConfig(
                        IOReactorConfig.custom()
                            .setIoThreadCount(1)
                            .setConnectTimeout(connectMillis)
                            .setSoTimeout(answerMillis)
                            .build()))
        .build();
  }

  private static SSLContext trusting(byte[] pem) throws GeneralSecurityException, IOException {
    Collection<? extends Certificate> certificates =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("there is no certificate");
    }
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    for (Certificate certificate : certificates) {
      trusted.setCertificateEntry("authority " + trusted.size(), certificate);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return tls;
  }

  /** The addresses, and the kind of credentials. */
  @Override
  public String toString() {
    return String.join(",", addresses())
        + (secrets != null
            ? " with " + secrets
            : authorization == null
                ? ""
                : " with " + (authorization.startsWith("Basic") ? "a password" : "an API key"));
  }
}
