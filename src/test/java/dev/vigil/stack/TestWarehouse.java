package dev.vigil.stack;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteClient;
import com.google.cloud.bigquery.storage.v1.BigQueryWriteSettings;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;

/**
 * One local warehouse for all tests of a run: started when the first test asks for it, gone with
 * everything that it kept when the run ends. Tests share it, so each makes datasets of its own. A
 * test that stops it, kills it or makes its calls go wrong starts a {@link LocalWarehouse} of its
 * own.
 */
public final class TestWarehouse {
  /** The project by which tests call a warehouse: any name will do. */
  public static final String PROJECT = "local";

  /** Its writers tell of each connection and its end; kept here, for loggers are soon forgotten. */
  private static final Logger CLIENT = Logger.getLogger("com.google.cloud.bigquery.storage");

  static {
    CLIENT.setLevel(Level.WARNING);
  }

  private static final AtomicInteger DATASETS = new AtomicInteger();
  private static LocalWarehouse warehouse;

  private TestWarehouse() {}

  /** Known before there is a warehouse: who starts first can be told whom to trust. */
  private static final class Home {
    static final Path DIRECTORY;

    static {
      try {
        DIRECTORY = Files.createTempDirectory("vigil-test-warehouse");
      } catch (IOException e) {
        throw new UncheckedIOException("there is no place for a warehouse", e);
      }
      // Emptied before, if there was anything in it.
      DIRECTORY.toFile().deleteOnExit();
    }
  }

  /** Options of a JVM that trusts the warehouse, from its start on. */
  public static List<String> clientArguments() {
    return LocalWarehouse.clientArguments(Home.DIRECTORY);
  }

  /** The warehouse, which this JVM trusts from now on. Starts it if need be. */
  public static synchronized LocalWarehouse get() {
    if (warehouse == null) {
      LocalWarehouse started = LocalWarehouse.start(Home.DIRECTORY);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> end(started), "stop the test warehouse"));
      System.setProperty("javax.net.ssl.trustStore", started.trustStore().toString());
      System.setProperty("javax.net.ssl.trustStorePassword", LocalWarehouse.TRUST_STORE_PASSWORD);
      warehouse = started;
    }
    if (!warehouse.process().isAlive()) {
      throw new IllegalStateException(
          "the warehouse has ended with status %d. Its last words:\n%s"
              .formatted(
                  warehouse.process().exitStatus().orElseThrow(), warehouse.process().lastWords()));
    }
    return warehouse;
  }

  /** A dataset that no other test has. */
  public static String freshDataset() {
    String dataset = freshName();
    bigQuery(get()).create(DatasetInfo.of(dataset));
    return dataset;
  }

  /** The name of a dataset that no other test has; it is not there yet. */
  public static String freshName() {
    // The warehouse is this run's alone: counting is enough.
    return "test_" + DATASETS.incrementAndGet();
  }

  /** Google's client of the REST API. */
  public static BigQuery bigQuery(LocalWarehouse warehouse) {
    return BigQueryOptions.newBuilder()
        .setProjectId(PROJECT)
        .setHost(warehouse.url())
        .setCredentials(NoCredentials.getInstance())
        .build()
        .getService();
  }

  /** Google's client of the Storage Write API, with the channel that it has for itself. */
  public record Writer(BigQueryWriteClient client, ManagedChannel channel)
      implements AutoCloseable {
    @Override
    public void close() {
      client.shutdownNow();
      channel.shutdownNow();
    }
  }

  /** A client that believes the warehouse's certificate, and no other. */
  public static Writer writer(LocalWarehouse warehouse) {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trustStore(warehouse));
      ManagedChannel channel =
          Grpc.newChannelBuilder(
                  "127.0.0.1:" + warehouse.port(),
                  TlsChannelCredentials.newBuilder().trustManager(trust.getTrustManagers()).build())
              .build();
      return new Writer(
          BigQueryWriteClient.create(
              BigQueryWriteSettings.newBuilder()
                  .setCredentialsProvider(NoCredentialsProvider.create())
                  .setTransportChannelProvider(
                      FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                  .build()),
          channel);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The certificates that clients of a warehouse believe. */
  public static KeyStore trustStore(LocalWarehouse warehouse)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(warehouse.trustStore())) {
      store.load(in, LocalWarehouse.TRUST_STORE_PASSWORD.toCharArray());
    }
    return store;
  }

  private static void end(LocalWarehouse warehouse) {
    // Nothing of it is wanted any more: no need to wait until it has put everything in order.
    warehouse.kill();
    try (Stream<Path> all = Files.walk(Home.DIRECTORY)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the test warehouse's directory is left: " + Home.DIRECTORY, e);
    }
  }
}
