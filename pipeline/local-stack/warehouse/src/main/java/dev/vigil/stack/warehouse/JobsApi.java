package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.GetQueryResultsResponse;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.JobStatistics;
import com.google.api.services.bigquery.model.JobStatistics2;
import com.google.api.services.bigquery.model.JobStatus;
import com.google.api.services.bigquery.model.QueryRequest;
import com.google.api.services.bigquery.model.QueryResponse;
import com.google.api.services.bigquery.model.TableRow;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The resource {@code jobs} of the REST API. Only queries are jobs here, in DuckDB's SQL; they are
 * done when the request that brings them is answered, and are forgotten when the warehouse stops.
 */
final class JobsApi {
  private static final int JOBS_KEPT = 100;

  private final Store store;
  private final Map<String, Done> jobs =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Done> eldest) {
              return size() > JOBS_KEPT;
            }
          });

  private record Done(Job job, QueryResult result) {
    QueryResult resultOrError() {
      ErrorProto error = job.getStatus().getErrorResult();
      if (error != null) {
        throw new ApiException(400, error.getReason(), error.getMessage());
      }
      return result;
    }
  }

  private JobsApi(Store store) {
    this.store = store;
  }

  static void addTo(Router router, Store store) {
    JobsApi api = new JobsApi(store);
    String project = "projects/:project/";
    router.add("jobs.insert", "POST", project + "jobs", api::insert);
    router.add("jobs.get", "GET", project + "jobs/:job", api::get);
    router.add("jobs.query", "POST", project + "queries", api::query);
    router.add("jobs.getQueryResults", "GET", project + "queries/:job", api::getQueryResults);
  }

  private Object insert(Router.Call call) throws Exception {
    Job job = call.body(Job.class);
    if (job.getConfiguration() == null || job.getConfiguration().getQuery() == null) {
      throw ApiException.notImitated("jobs other than queries");
    }
    if (job.getJobReference() == null) {
      job.setJobReference(new JobReference());
    }
    JobReference reference = job.getJobReference().setProjectId(call.project()).setLocation("US");
    if (reference.getJobId() == null) {
      reference.setJobId(UUID.randomUUID().toString());
    }
    String sql = job.getConfiguration().getQuery().getQuery();
    var dataset = job.getConfiguration().getQuery().getDefaultDataset();
    return run(job, sql, dataset == null ? null : dataset.getDatasetId()).job();
  }

  private Done run(Job job, String sql, String dataset) throws SQLException {
    if (jobs.containsKey(job.getJobReference().getJobId())) {
      throw ApiException.duplicate("Job " + job.getJobReference().getJobId());
    }
    long start = System.currentTimeMillis();
    job.setKind("bigquery#job");
    job.setId(job.getJobReference().getProjectId() + ":" + job.getJobReference().getJobId());
    job.setStatus(new JobStatus().setState("DONE"));
    QueryResult result = null;
    try {
      result = query(store, sql, dataset);
    } catch (ApiException e) {
      ErrorProto error =
          new ErrorProto().setReason(e.reason()).setMessage(e.getMessage()).setLocation("query");
      job.getStatus().setErrorResult(error).setErrors(List.of(error));
    }
    job.setStatistics(
        new JobStatistics()
            .setCreationTime(start)
            .setStartTime(start)
            .setEndTime(System.currentTimeMillis())
            .setQuery(new JobStatistics2().setStatementType("SELECT").setCacheHit(false)));
    Done done = new Done(job, result);
    jobs.put(job.getJobReference().getJobId(), done);
    return done;
  }

  /**
   * Runs a query that cannot write.
   *
   * @param dataset where tables are that are named without one; null for none
   */
  static QueryResult query(Store store, String sql, String dataset) throws SQLException {
    if (sql == null || sql.isBlank()) {
      throw ApiException.invalidQuery("There is no query.");
    }
    return store.read(
        connection -> {
          try {
            if (dataset != null) {
              connection.setSchema(dataset);
            }
            return QueryResult.of(connection, sql);
          } catch (SQLException e) {
            throw ApiException.invalidQuery(e.getMessage());
          }
        });
  }

  private Done find(Router.Call call) {
    Done done = jobs.get(call.path().get("job"));
    if (done == null) {
      throw ApiException.notFound("Job " + call.path().get("job"));
    }
    return done;
  }

  private Object get(Router.Call call) {
    return find(call).job();
  }

  private Object query(Router.Call call) throws Exception {
    QueryRequest request = call.body(QueryRequest.class);
    Job job =
        new Job()
            .setJobReference(
                new JobReference()
                    .setProjectId(call.project())
                    .setJobId(UUID.randomUUID().toString())
                    .setLocation("US"));
    Done done =
        run(
            job,
            request.getQuery(),
            request.getDefaultDataset() == null
                ? null
                : request.getDefaultDataset().getDatasetId());
    QueryResult result = done.resultOrError();
    Page page =
        Page.of(0, request.getMaxResults() == null ? Long.MAX_VALUE : request.getMaxResults());
    boolean micros =
        request.getFormatOptions() != null
            && Boolean.TRUE.equals(request.getFormatOptions().getUseInt64Timestamp());
    return new QueryResponse()
        .setKind("bigquery#queryResponse")
        .setJobReference(job.getJobReference())
        .setJobComplete(true)
        .setCacheHit(false)
        .setSchema(RestRows.schema(result.columns()))
        .setTotalRows(BigInteger.valueOf(result.rows().size()))
        .setRows(rows(result, page, micros))
        .setPageToken(page.next(result.rows().size()));
  }

  private Object getQueryResults(Router.Call call) {
    Done done = find(call);
    QueryResult result = done.resultOrError();
    Page page = Page.of(call);
    return new GetQueryResultsResponse()
        .setKind("bigquery#getQueryResultsResponse")
        .setJobReference(done.job().getJobReference())
        .setJobComplete(true)
        .setCacheHit(false)
        .setSchema(RestRows.schema(result.columns()))
        .setTotalRows(BigInteger.valueOf(result.rows().size()))
        .setRows(rows(result, page, call.flag("formatOptions.useInt64Timestamp")))
        .setPageToken(page.next(result.rows().size()));
  }

  private static List<TableRow> rows(QueryResult result, Page page, boolean micros) {
    int from = (int) Math.min(page.start(), result.rows().size());
    int to = (int) Math.min(page.start() + page.size(), result.rows().size());
    return RestRows.rows(result.columns(), result.rows().subList(from, to), micros);
  }
}
