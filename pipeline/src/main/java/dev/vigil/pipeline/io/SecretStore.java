package dev.vigil.pipeline.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler;
import com.google.api.client.http.HttpBackOffUnsuccessfulResponseHandler.BackOffRequired;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpRequestInitializer;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.util.ExponentialBackOff;
import com.google.auth.http.HttpCredentialsAdapter;
import com.google.auth.oauth2.GoogleCredentials;
import java.io.IOException;
import java.io.Serializable;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.extensions.gcp.util.Transport;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Google's Secret Manager, by the one method of its REST API that is needed here: <a
 * href="https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access">access</a>.
 * Credentials are the machine's own.
 *
 * @param local where a stand-in is, which gets no credentials; null for Google's
 */
record SecretStore(@Nullable String local) implements Serializable {
  private static final String GOOGLE = "https://secretmanager.googleapis.com";
  private static final String SCOPE = "https://www.googleapis.com/auth/cloud-platform";
  private static final int PATIENCE_MILLIS = 30_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  static SecretStore ofGoogle() {
    return new SecretStore(null);
  }

  /**
   * What a secret holds.
   *
   * @param name {@code projects/P/secrets/S/versions/V}
   * @throws IOException if it is not given to us, or not as it was put there; the message is for
   *     users, without anything of the secret
   */
  byte[] access(String name) throws IOException {
    HttpRequest request =
        Transport.getTransport()
            .createRequestFactory(authorized())
            .buildGetRequest(
                new GenericUrl((local == null ? GOOGLE : local) + "/v1/" + name + ":access"));
    request.setConnectTimeout(PATIENCE_MILLIS);
    request.setReadTimeout(PATIENCE_MILLIS);
    request.setThrowExceptionOnExecuteError(false);
    request.setUnsuccessfulResponseHandler(
        new HttpBackOffUnsuccessfulResponseHandler(
                new ExponentialBackOff.Builder().setMaxElapsedTimeMillis(PATIENCE_MILLIS).build())
            .setBackOffRequired(
                response ->
                    response.getStatusCode() == 429
                        || BackOffRequired.ON_SERVER_ERROR.isRequired(response)));
    HttpResponse response = request.execute();
    try {
      JsonNode answer = JSON.readTree(response.getContent());
      if (!response.isSuccessStatusCode()) {
        throw new IOException(
            "Secret Manager answers "
                + response.getStatusCode()
                + ": "
                + answer.at("/error/message").asText());
      }
      byte[] content = answer.at("/payload/data").binaryValue();
      CRC32C sum = new CRC32C();
      sum.update(content);
      if (sum.getValue() != answer.at("/payload/dataCrc32c").asLong()) {
        throw new IOException("Secret Manager's answer was damaged on its way");
      }
      return content;
    } finally {
      response.disconnect();
    }
  }

  private HttpRequestInitializer authorized() throws IOException {
    return local != null
        ? request -> {}
        : new HttpCredentialsAdapter(GoogleCredentials.getApplicationDefault().createScoped(SCOPE));
  }
}
