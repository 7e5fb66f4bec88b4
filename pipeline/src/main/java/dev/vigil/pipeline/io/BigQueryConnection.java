package dev.vigil.pipeline.io;

import com.google.api.services.bigquery.model.TableReference;
import java.io.IOException;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.beam.sdk.extensions.gcp.auth.NoopCredentialFactory;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.io.gcp.bigquery.BigQueryOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Which dataset, and whether it is BigQuery's or that of a local warehouse. It holds no
 * credentials: those of the machine are found where they are used.
 *
 * @param project the Google Cloud project
 * @param dataset the dataset in it
 * @param endpoint where a local warehouse is; null for BigQuery itself
 */
public record BigQueryConnection(String project, String dataset, @Nullable String endpoint)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final int PATIENCE_MILLIS = 10_000;

  /**
   * @throws IllegalArgumentException if the endpoint that the options name is none of this machine;
   *     the message says so
   */
  public static BigQueryConnection of(String project, String dataset, PipelineOptions options) {
    String endpoint = endpoint(options);
    if (endpoint != null && !isLoopback(endpoint)) {
      throw new IllegalArgumentException(
          "--bigQueryEndpoint="
              + endpoint
              + " is for a local warehouse alone, at an address such as http://127.0.0.1:9050: leave"
              + " it out to use BigQuery");
    }
    return new BigQueryConnection(project, dataset, endpoint);
  }

  /** Where the options say that a warehouse is; null if they do not. */
  public static @Nullable String endpoint(PipelineOptions options) {
    String endpoint = options.as(BigQueryOptions.class).getBigQueryEndpoint();
    return endpoint == null || endpoint.isEmpty() ? null : endpoint;
  }

  /**
   * Makes a job's options fit: jobs of BigQuery are of the dataset's project, unless the options
   * say otherwise, and to a local warehouse, which is spoken to in clear, no token is ever sent.
   *
   * <p>Appends to default streams share connections: of those that are each stream's own,
   * BigQueryIO 2.70 goes on using one that was closed because a quota is used up, and ends the job
   * for it.
   */
  public void prepare(PipelineOptions options) {
    BigQueryOptions bigQuery = options.as(BigQueryOptions.class);
    if (bigQuery.getBigQueryProject() == null) {
      bigQuery.setBigQueryProject(project);
    }
    bigQuery.setUseStorageApiConnectionPool(true);
    if (isLocal()) {
      options.as(GcpOptions.class).setCredentialFactoryClass(NoopCredentialFactory.class);
    }
  }

  /** Whether rows go to a local warehouse, and not to BigQuery. */
  public boolean isLocal() {
    return endpoint != null;
  }

  /** The dataset as users name it: {@code project:dataset}. */
  public String name() {
    return project + ":" + dataset;
  }

  TableReference reference(String table) {
    return new TableReference().setProjectId(project).setDatasetId(dataset).setTableId(table);
  }

  /**
   * Rows go by gRPC, which always uses TLS, and waits without a word and without an end for a
   * server that it does not trust: this asks before.
   *
   * @throws BigQueryDataset.UnusableException if the local warehouse is not there, or this JVM does
   *     not trust it
   */
  void checkTrust() throws BigQueryDataset.UnusableException {
    URI address = URI.create(endpoint);
    try (Socket plain = new Socket(address.getHost(), address.getPort())) {
      plain.setSoTimeout(PATIENCE_MILLIS);
      // Not the default context, which knows only the trust store that was there at its first use.
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, null, null);
      try (SSLSocket socket =
          (SSLSocket)
              tls.getSocketFactory()
                  .createSocket(plain, address.getHost(), address.getPort(), true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
      }
    } catch (SSLException e) {
      throw new BigQueryDataset.UnusableException(
          "--bigQueryEndpoint="
              + endpoint
              + ": Java does not trust the certificate there: start Java with"
              + " -Djavax.net.ssl.trustStore=FILE and -Djavax.net.ssl.trustStorePassword=PASSWORD of"
              + " the store that the warehouse names");
    } catch (IOException e) {
      throw new BigQueryDataset.UnusableException(
          "--bigQueryEndpoint="
              + endpoint
              + " cannot be reached ("
              + e.getMessage()
              + "): check it");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  /** An address of this machine, with a port, over HTTP, and nothing behind it. */
  private static boolean isLoopback(String endpoint) {
    try {
      URI address = new URI(endpoint);
      String host = address.getHost();
      // A name could lead elsewhere when it is asked for again.
      return "http".equals(address.getScheme())
          && host != null
          && (host.equals("localhost") || host.matches("[0-9.]+|\\[[0-9a-fA-F:.]+\\]"))
          && InetAddress.getByName(host).isLoopbackAddress()
          && address.getPort() > 0
          && address.getRawPath().isEmpty()
          && address.getRawQuery() == null
          && address.getRawUserInfo() == null;
    } catch (URISyntaxException | UnknownHostException e) {
      return false;
    }
  }
}
