package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.TableDataInsertAllRequest;
import com.google.api.services.bigquery.model.TableDataInsertAllResponse;
import com.google.api.services.bigquery.model.TableDataList;
import com.google.api.services.bigquery.model.TableRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/** The resource {@code tabledata} of the REST API. */
final class TableDataApi {
  static final String INSERT_ALL = "tabledata.insertAll";

  /** As long as memory lasts; BigQuery promises about a minute. */
  private static final int INSERT_IDS = 100_000;

  private final Store store;
  private final Catalog catalog;
  private final QueryJobs jobs;
  private final Faults faults;
  private final Map<String, Boolean> insertIds =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > INSERT_IDS;
            }
          });

  private TableDataApi(Store store, Catalog catalog, QueryJobs jobs, Faults faults) {
    this.store = store;
    this.catalog = catalog;
    this.jobs = jobs;
    this.faults = faults;
  }

  static void addTo(Router router, Store store, Catalog catalog, QueryJobs jobs, Faults faults) {
    TableDataApi api = new TableDataApi(store, catalog, jobs, faults);
    String one = "projects/:project/datasets/:dataset/tables/:table";
    router.add(INSERT_ALL, "POST", one + "/insertAll", api::insertAll);
    router.add("tabledata.list", "GET", one + "/data", api::list);
  }

  private Object insertAll(Router.Call call) {
    TableDataInsertAllRequest request = call.body(TableDataInsertAllRequest.class);
    if (request.getTemplateSuffix() != null) {
      throw ApiException.notImitated("template tables");
    }
    TableId id = call.table();
    TableDataInsertAllResponse response =
        store.write(connection -> insert(connection, id, request));
    for (TableDataInsertAllRequest.Rows row : request.getRows()) {
      if (response.getInsertErrors() == null && row.getInsertId() != null) {
        insertIds.put(id + " " + row.getInsertId(), true);
      }
    }
    return response;
  }

  private TableDataInsertAllResponse insert(
      DuckDBConnection connection, TableId id, TableDataInsertAllRequest request)
      throws SQLException {
    TableLayout layout =
        catalog.layout(connection, id).orElseThrow(() -> ApiException.notFound("Table " + id));
    List<TableDataInsertAllRequest.Rows> given =
        request.getRows() == null ? List.of() : request.getRows();
    List<Object[]> rows = new ArrayList<>();
    Map<Integer, ErrorProto> errors = new TreeMap<>();
    for (int i = 0; i < given.size(); i++) {
      if (insertIds.containsKey(id + " " + given.get(i).getInsertId())) {
        continue;
      }
      try {
        Object[] row =
            JsonRows.row(
                layout,
                given.get(i).getJson(),
                Boolean.TRUE.equals(request.getIgnoreUnknownValues()));
        faults.check(INSERT_ALL, layout, row);
        rows.add(row);
      } catch (BadValueException e) {
        errors.put(
            i,
            new ErrorProto()
                .setReason("invalid")
                .setLocation(e.column())
                .setDebugInfo("")
                .setMessage(e.getMessage()));
      }
    }
    if (!errors.isEmpty() && !Boolean.TRUE.equals(request.getSkipInvalidRows())) {
      rows.clear();
      for (int i = 0; i < given.size(); i++) {
        errors.putIfAbsent(i, new ErrorProto().setReason("stopped").setLocation("").setMessage(""));
      }
    }
    try (RowAppender appender = RowAppender.to(connection, id.dataset(), id.table())) {
      for (Object[] row : rows) {
        appender.append(row);
      }
    }
    TableDataInsertAllResponse response =
        new TableDataInsertAllResponse().setKind("bigquery#tableDataInsertAllResponse");
    return errors.isEmpty()
        ? response
        : response.setInsertErrors(
            errors.entrySet().stream()
                .map(
                    error ->
                        new TableDataInsertAllResponse.InsertErrors()
                            .setIndex(error.getKey().longValue())
                            .setErrors(List.of(error.getValue())))
                .toList());
  }

  private Object list(Router.Call call) throws Exception {
    TableId id = call.table();
    Page page = Page.of(call);
    boolean micros = call.flag("formatOptions.useInt64Timestamp");
    Optional<QueryResult> found = jobs.result(id);
    if (found.isPresent()) {
      long total = found.get().rows().size();
      return answer(total, RestRows.rows(found.get(), page, micros), page);
    }
    if (catalog.table(id).getView() != null) {
      throw ApiException.invalid("Cannot list a table of type VIEW.");
    }
    String fields = call.query().get("selectedFields");
    String columns =
        fields == null || fields.isEmpty()
            ? "*"
            : Stream.of(fields.split(",")).map(Sql::name).collect(Collectors.joining(", "));
    return store.read(
        connection -> {
          long total =
              Long.parseLong(
                  Catalog.strings(connection, "SELECT count(*) FROM " + id.sql()).get(0));
          QueryResult rows =
              QueryResult.of(
                  connection,
                  "SELECT %s FROM %s ORDER BY rowid LIMIT %d OFFSET %d"
                      .formatted(columns, id.sql(), page.size(), page.start()));
          return answer(total, RestRows.rows(rows, Page.of(0, page.size()), micros), page);
        });
  }

  private static TableDataList answer(long total, List<TableRow> rows, Page page) {
    return new TableDataList()
        .setKind("bigquery#tableDataList")
        .setTotalRows(total)
        .setRows(rows)
        .setPageToken(page.next(total));
  }
}
