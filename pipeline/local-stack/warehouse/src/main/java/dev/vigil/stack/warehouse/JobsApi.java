package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.GetQueryResultsResponse;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfiguration;
import com.google.api.services.bigquery.model.JobConfigurationQuery;
import com.google.api.services.bigquery.model.QueryRequest;
import com.google.api.services.bigquery.model.QueryResponse;
import java.math.BigInteger;

/** The resource {@code jobs} of the REST API. Only queries are jobs here, in DuckDB's SQL. */
final class JobsApi {
  private final QueryJobs jobs;

  private JobsApi(QueryJobs jobs) {
    this.jobs = jobs;
  }

  static void addTo(Router router, QueryJobs jobs) {
    JobsApi api = new JobsApi(jobs);
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
    return jobs.run(job, call.project()).job();
  }

  private Object get(Router.Call call) {
    return jobs.find(call.path().get("job")).job();
  }

  private Object query(Router.Call call) throws Exception {
    QueryRequest request = call.body(QueryRequest.class);
    QueryJobs.Done done =
        jobs.run(
            new Job()
                .setConfiguration(
                    new JobConfiguration()
                        .setQuery(
                            new JobConfigurationQuery()
                                .setQuery(request.getQuery())
                                .setUseLegacySql(false)
                                .setDefaultDataset(request.getDefaultDataset()))),
            call.project());
    QueryResult result = done.resultOrError();
    Page page =
        Page.of(0, request.getMaxResults() == null ? Long.MAX_VALUE : request.getMaxResults());
    boolean micros =
        request.getFormatOptions() != null
            && Boolean.TRUE.equals(request.getFormatOptions().getUseInt64Timestamp());
    return new QueryResponse()
        .setKind("bigquery#queryResponse")
        .setJobReference(done.job().getJobReference())
        .setJobComplete(true)
        .setCacheHit(false)
        .setSchema(RestRows.schema(result.columns()))
        .setTotalRows(BigInteger.valueOf(result.rows().size()))
        .setRows(RestRows.rows(result, page, micros))
        .setPageToken(page.next(result.rows().size()));
  }

  private Object getQueryResults(Router.Call call) {
    QueryJobs.Done done = jobs.find(call.path().get("job"));
    QueryResult result = done.resultOrError();
    Page page = Page.of(call);
    return new GetQueryResultsResponse()
        .setKind("bigquery#getQueryResultsResponse")
        .setJobReference(done.job().getJobReference())
        .setJobComplete(true)
        .setCacheHit(false)
        .setSchema(RestRows.schema(result.columns()))
        .setTotalRows(BigInteger.valueOf(result.rows().size()))
        .setRows(RestRows.rows(result, page, call.flag("formatOptions.useInt64Timestamp")))
        .setPageToken(page.next(result.rows().size()));
  }
}
