package dev.vigil.stack.warehouse;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.googleapis.json.GoogleJsonErrorContainer;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Answers HTTP requests by the methods of a router, and refuses them as BigQuery does. */
final class RestService implements HttpService {
  /** By it, clients say what their HTTP library cannot say. */
  private static final String VERB_OVERRIDE = "x-http-method-override";

  private static final Set<String> OWN_NAMES = Set.of("127.0.0.1", "localhost");

  private final Router router;
  private final Faults faults;

  RestService(Router router, Faults faults) {
    this.router = router;
    this.faults = faults;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(whole -> answer(context, whole), context.blockingTaskExecutor()));
  }

  private HttpResponse answer(ServiceRequestContext context, AggregatedHttpRequest request) {
    try {
      refuseBrowsers(request);
      String verb = request.headers().get(VERB_OVERRIDE, request.method().name());
      Router.Match match = router.find(verb, context.decodedMappedPath().substring(1));
      faults.called(match.name());
      refuseOnPurpose(match.name());
      Map<String, String> query = new HashMap<>();
      context.queryParams().forEach(query::put);
      Object result =
          match.handler().handle(new Router.Call(match.path(), query, request.contentUtf8()));
      if (faults.take(Faults.Kind.DROP_REPLY, match.name())) {
        return cutOff(context);
      }
      if (result == null) {
        return HttpResponse.of(HttpStatus.NO_CONTENT);
      }
      return result instanceof String text
          ? HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, text)
          : HttpResponse.of(
              HttpStatus.OK, MediaType.JSON_UTF_8, HttpData.ofUtf8(Resources.write(result)));
    } catch (ApiException e) {
      return refusal(e);
    } catch (Exception e) {
      e.printStackTrace();
      return refusal(new ApiException(500, "internalError", e.toString()));
    }
  }

  /** A page that a browser shows could otherwise read here what it may not read. */
  private static void refuseBrowsers(AggregatedHttpRequest request) {
    String authority = request.headers().get(HttpHeaderNames.HOST, request.authority());
    String host = authority == null ? "" : authority.replaceFirst(":\\d+$", "");
    if (request.headers().contains(HttpHeaderNames.ORIGIN) || !OWN_NAMES.contains(host)) {
      throw new ApiException(403, "accessDenied", "only for programs on this machine");
    }
  }

  private void refuseOnPurpose(String method) {
    if (faults.take(Faults.Kind.QUOTA, method)) {
      throw new ApiException(429, "rateLimitExceeded", "Exceeded rate limits, on purpose");
    }
    if (faults.take(Faults.Kind.UNAVAILABLE, method)) {
      throw new ApiException(503, "backendError", "The service is unavailable, on purpose");
    }
  }

  /** Ends the connection in place of a reply. */
  private static HttpResponse cutOff(ServiceRequestContext context) {
    context.log().ensureAvailable(RequestLogProperty.SESSION).channel().close();
    return HttpResponse.streaming();
  }

  private static HttpResponse refusal(ApiException e) {
    GoogleJsonError.ErrorInfo info = new GoogleJsonError.ErrorInfo();
    info.setDomain("global");
    info.setReason(e.reason());
    info.setMessage(e.getMessage());
    GoogleJsonError error = new GoogleJsonError();
    error.setCode(e.status());
    error.setMessage(e.getMessage());
    error.setErrors(List.of(info));
    GoogleJsonErrorContainer container = new GoogleJsonErrorContainer();
    container.setError(error);
    return HttpResponse.of(
        HttpStatus.valueOf(e.status()),
        MediaType.JSON_UTF_8,
        HttpData.ofUtf8(Resources.write(container)));
  }
}
