package dev.vigil.pipeline.io;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.googleapis.services.AbstractGoogleClientRequest;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler.BackOffRequired;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.util.ExponentialBackOff;
import com.google.api.services.bigquery.Bigquery;
import com.google.api.services.bigquery.model.Dataset;
import com.google.api.services.bigquery.model.DatasetReference;
import com.google.api.services.bigquery.model.Table;
import com.google.auth.Credentials;
import com.google.auth.http.HttpCredentialsAdapter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Looks at a BigQuery dataset before a job uses it, and sets it up. */
public final class BigQueryDataset {
  private static final int PATIENCE_MILLIS = 30_000;
  private static final int NOT_FOUND = 404;

  private final Bigquery client;
  private final BigQueryConnection connection;

  private BigQueryDataset(Bigquery client, BigQueryConnection connection) {
    this.client = client;
    this.connection = connection;
  }

  /** The dataset cannot be used as it is; the message says why and what to do. */
  public static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableException(String message) {
      super(message);
    }
  }

  /**
   * @param options those of the job, {@linkplain BigQueryConnection#prepare prepared}
   * @throws UnusableException if it is that of a local warehouse which cannot be used
   */
  public static BigQueryDataset at(BigQueryConnection connection, PipelineOptions options)
      throws UnusableException {
    if (connection.isLocal()) {
      connection.checkTrust();
    }
    Credentials credentials = options.as(GcpOptions.class).getGcpCredential();
    HttpRequestInitializer authorized =
        credentials == null ? request -> {} : new HttpCredentialsAdapter(credentials);
    HttpRequestInitializer patient =
        request -> {
          authorized.initialize(request);
          request.setConnectTimeout(PATIENCE_MILLIS);
          request.setReadTimeout(PATIENCE_MILLIS);
          request.setUnsuccessfulResponseHandler(
              new HttpBackOffUnsuccessfulResponseHandler(
                      new ExponentialBackOff.Builder()
                          .setMaxElapsedTimeMillis(PATIENCE_MILLIS)
                          .build())
                  .setBackOffRequired(
                      response ->
                          response.getStatusCode() == 429
                              || BackOffRequired.ON_SERVER_ERROR.isRequired(response)));
        };
    Bigquery.Builder client =
        new Bigquery.Builder(Transport.getTransport(), Transport.getJsonFactory(), patient)
            .setApplicationName("vigil");
    if (connection.isLocal()) {
      client.setRootUrl(connection.endpoint());
    }
    return new BigQueryDataset(client.build(), connection);
  }

  /** How users name it. */
  public String name() {
    return connection.name();
  }

  /** As it is in SQL, between backquotes: {@code project.dataset}. */
  String sqlName() {
    return connection.project() + "." + connection.dataset();
  }

  /**
   * What keeps a job from writing to its tables; empty if nothing does. A row that is wider than
   * its table would not be refused by itself, but end the job.
   */
  public List<String> obstacles() throws UnusableException {
    List<String> obstacles = new ArrayList<>();
    BigQueryColumns columns = BigQueryColumns.create();
    for (BigQueryTable table : BigQueryTable.values()) {
      Table found = table(table.id());
      BigQueryChanges.of(found, columns.table(table)).obstacles().stream()
          .map(obstacle -> table.id() + ": " + obstacle)
          .forEach(obstacles::add);
    }
    return obstacles;
  }

  /** Null if there is none. */
  @Nullable Dataset dataset() throws UnusableException {
    return ask(
        "GET " + connection.dataset(),
        () -> client.datasets().get(connection.project(), connection.dataset()));
  }

  /** A table or a view; null if there is none. */
  @Nullable Table table(String id) throws UnusableException {
    return ask(
        "GET " + id, () -> client.tables().get(connection.project(), connection.dataset(), id));
  }

  /**
   * @param location where its data are to be, such as {@code EU}; null to leave it to BigQuery
   */
  void createDataset(String description, @Nullable String location) throws UnusableException {
    Dataset dataset =
        new Dataset()
            .setDatasetReference(
                new DatasetReference()
                    .setProjectId(connection.project())
                    .setDatasetId(connection.dataset()))
            .setDescription(description)
            .setLocation(location);
    done(
        "create " + connection.dataset(),
        ask(
            "create " + connection.dataset(),
            () -> client.datasets().insert(connection.project(), dataset)));
  }

  void create(String id, Table table) throws UnusableException {
    table.setTableReference(connection.reference(id));
    done(
        "create " + id,
        ask(
            "create " + id,
            () -> client.tables().insert(connection.project(), connection.dataset(), table)));
  }

  /**
   * Makes a table what it should be.
   *
   * @param table as it was found, but for the changes; refused by the server if it is another now
   */
  void update(String id, Table table) throws UnusableException {
    done(
        "change " + id,
        ask(
            "change " + id,
            () -> {
              Bigquery.Tables.Update update =
                  client.tables().update(connection.project(), connection.dataset(), id, table);
              update.getRequestHeaders().setIfMatch(table.getEtag());
              return update;
            }));
  }

  private interface Request<T> {
    AbstractGoogleClientRequest<T> make() throws IOException;
  }

  private void done(String what, @Nullable Object answer) throws UnusableException {
    if (answer == null) {
      throw new UnusableException(name() + " answers " + NOT_FOUND + " to " + what);
    }
  }

  private <T> @Nullable T ask(String what, Request<T> request) throws UnusableException {
    try {
      return request.make().execute();
    } catch (GoogleJsonResponseException e) {
      int status = e.getStatusCode();
      if (status == NOT_FOUND) {
        return null;
      }
      String reason = e.getDetails() == null ? e.getStatusMessage() : e.getDetails().getMessage();
      if (status == 401) {
        throw new UnusableException(
            name()
                + ": BigQuery does not let us in: give credentials, by \"gcloud auth"
                + " application-default login\" or GOOGLE_APPLICATION_CREDENTIALS");
      }
      if (status == 403) {
        throw new UnusableException(name() + ": BigQuery does not allow " + what + ": " + reason);
      }
      throw new UnusableException(name() + " answers " + status + " to " + what + ": " + reason);
    } catch (IOException e) {
      throw new UnusableException(
          name()
              + ": BigQuery cannot be reached ("
              + e.getMessage()
              + "): check the network"
              + (connection.isLocal() ? ", and --bigQueryEndpoint" : " and the credentials"));
    }
  }
}
