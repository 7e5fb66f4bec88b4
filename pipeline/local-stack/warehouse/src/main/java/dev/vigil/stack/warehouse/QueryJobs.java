package dev.vigil.stack.warehouse;

import com.google.api.services.bigquery.model.ErrorProto;
import com.google.api.services.bigquery.model.Job;
import com.google.api.services.bigquery.model.JobConfigurationQuery;
import com.google.api.services.bigquery.model.JobReference;
import com.google.api.services.bigquery.model.JobStatistics;
import com.google.api.services.bigquery.model.JobStatistics2;
import com.google.api.services.bigquery.model.JobStatus;
import com.google.api.services.bigquery.model.TableReference;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The queries that were asked, and what they found. A query is done when the request that brings it
 * is answered; the last few are remembered until the warehouse stops.
 */
final class QueryJobs {
  /** Clients read what is behind the first page as if it were a table. No dataset has this name. */
  private static final String RESULTS = "vigil$results";

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

  /** A job that has ended, well or not. */
  record Done(Job job, QueryResult result) {
    QueryResult resultOrError() {
      ErrorProto error = job.getStatus().getErrorResult();
      if (error != null) {
        throw new ApiException(400, error.getReason(), error.getMessage());
      }
      return result;
    }
  }

  QueryJobs(Store store) {
    this.store = store;
  }

  /** Runs a job whose configuration is that of a query. */
  Done run(Job job, String project) throws SQLException {
    JobReference reference = job.getJobReference();
    if (reference == null) {
      reference = new JobReference();
      job.setJobReference(reference);
    }
    reference.setProjectId(project).setLocation("US");
    if (reference.getJobId() == null) {
      reference.setJobId(UUID.randomUUID().toString());
    }
    if (jobs.containsKey(reference.getJobId())) {
      throw ApiException.duplicate("Job " + reference.getJobId());
    }
    job.setKind("bigquery#job");
    job.setId(project + ":" + reference.getJobId());
    job.setStatus(new JobStatus().setState("DONE"));
    job.getConfiguration().setJobType("QUERY");
    JobConfigurationQuery query = job.getConfiguration().getQuery();
    if (query.getDestinationTable() != null) {
      throw ApiException.notImitated("queries that write into a table");
    }
    query.setDestinationTable(
        new TableReference()
            .setProjectId(project)
            .setDatasetId(RESULTS)
            .setTableId(reference.getJobId()));

    long start = System.currentTimeMillis();
    QueryResult result = null;
    try {
      result =
          query(
              store,
              query.getQuery(),
              query.getDefaultDataset() == null ? null : query.getDefaultDataset().getDatasetId());
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
    jobs.put(reference.getJobId(), done);
    return done;
  }

  Done find(String id) {
    Done done = jobs.get(id);
    if (done == null) {
      throw ApiException.notFound("Job " + id);
    }
    return done;
  }

  /** What a query found, if that is what such a table stands for. */
  Optional<QueryResult> result(TableId id) {
    return id.dataset().equals(RESULTS)
        ? Optional.of(find(id.table()).resultOrError())
        : Optional.empty();
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
}
