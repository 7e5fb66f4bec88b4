package dev.vigil.stack.warehouse;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What BigQuery has not, under {@code /vigil/}, in lines of text: a query without a job, faults,
 * and the number of calls.
 */
final class AdminApi {
  private final Store store;
  private final Faults faults;

  private AdminApi(Store store, Faults faults) {
    this.store = store;
    this.faults = faults;
  }

  static Router routes(Store store, Faults faults) {
    AdminApi api = new AdminApi(store, faults);
    Router router = new Router();
    router.add("query", "POST", "query", api::query);
    router.add("calls", "GET", "calls", api::calls);
    router.add("faults.list", "GET", "faults", api::faults);
    router.add("faults.add", "POST", "faults", api::addFault);
    router.add("faults.clear", "DELETE", "faults", api::clearFaults);
    return router;
  }

  private Object query(Router.Call call) throws Exception {
    return JsonLines.write(QueryJobs.query(store, call.body(), null));
  }

  private Object calls(Router.Call call) {
    return faults.calls().entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue() + "\n")
        .collect(Collectors.joining());
  }

  private Object faults(Router.Call call) {
    return faults.pending().stream()
        .map(fault -> "%s %s %d\n".formatted(fault.kind(), fault.method(), fault.left().get()))
        .collect(Collectors.joining());
  }

  private Object addFault(Router.Call call) {
    Map<String, String> query = call.query();
    Faults.Kind kind;
    try {
      kind = Faults.Kind.valueOf(query.getOrDefault("kind", "").toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw ApiException.invalid("kind must be one of " + Arrays.toString(Faults.Kind.values()));
    }
    if (!query.containsKey("method")) {
      throw ApiException.invalid("method is missing: AppendRows, tabledata.insertAll, ...");
    }
    if (kind == Faults.Kind.ROW_ERROR
        && !(query.containsKey("column") && query.containsKey("value"))) {
      throw ApiException.invalid("ROW_ERROR needs column and value");
    }
    faults.add(
        new Faults.Fault(
            kind,
            query.get("method"),
            new AtomicLong(call.number("times", 1)),
            query.get("column"),
            query.get("value")));
    return null;
  }

  private Object clearFaults(Router.Call call) {
    faults.clear();
    return null;
  }
}
