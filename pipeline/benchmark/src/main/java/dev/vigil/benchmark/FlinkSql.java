package dev.vigil.benchmark;

import java.util.concurrent.CountDownLatch;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.SinkFunction;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;

/** The two queries that Vigil's detections stand for, in Flink SQL on embedded Flink. */
final class FlinkSql {
  /** More than five logins of one source in 20 seconds. */
  static final String COUNTS =
      "SELECT COUNT(*) AS login_attempts, source_ip"
          + " FROM TABLE(TUMBLE(TABLE logins, DESCRIPTOR(login_time), INTERVAL '20' SECONDS))"
          + " GROUP BY source_ip, window_start, window_end"
          + " HAVING COUNT(*) > 5";

  /** Each login of a source with each IDS event of it. */
  static final String JOIN =
      "SELECT logins.username, logins.source_ip, ids.severity, ids.attack_classification"
          + " FROM ids JOIN logins ON ids.source_ip = logins.source_ip";

  private static final String TABLES =
      "CREATE TABLE %s (%s, WATERMARK FOR %4$s AS %4$s - INTERVAL '5' SECOND) WITH ("
          + "'connector'='kafka','topic'='%3$s','properties.bootstrap.servers'='%5$s',"
          + "'scan.startup.mode'='earliest-offset','format'='json',"
          + "'json.timestamp-format.standard'='ISO-8601')";

  /** Counted down by the results, wherever in this JVM they are. */
  private static volatile CountDownLatch missing = new CountDownLatch(0);

  private FlinkSql() {}

  /** Runs a query until it has had so many results; then calls, and ends it. */
  static void run(String query, Workload workload, String servers, long results, Runnable done)
      throws Exception {
    missing = new CountDownLatch(Math.toIntExact(results));
    Configuration config = new Configuration();
    config.setString("execution.checkpointing.interval", "10s");
    config.setString("state.checkpoints.dir", Contender.checkpoints());
    config.setString("pipeline.object-reuse", "true");
    config.setString("table.local-time-zone", "UTC");
    StreamExecutionEnvironment flink =
        StreamExecutionEnvironment.createLocalEnvironment(workload.partitions(), config);
    StreamTableEnvironment tables = StreamTableEnvironment.create(flink);
    tables.executeSql(
        TABLES.formatted(
            "logins",
            "login_time TIMESTAMP_LTZ(3), username STRING, source_ip STRING, status STRING",
            Workload.LOGINS,
            "login_time",
            servers));
    tables.executeSql(
        TABLES.formatted(
            "ids",
            "event_time TIMESTAMP_LTZ(3), source_ip STRING, destination_ip STRING,"
                + " severity STRING, attack_classification STRING, action STRING",
            Workload.INTRUSIONS,
            "event_time",
            servers));
    tables.toDataStream(tables.sqlQuery(query)).addSink(new CountDown());
    JobClient job = flink.executeAsync();
    missing.await();
    done.run();
    job.cancel().get();
  }

  private static final class CountDown implements SinkFunction<Row> {
    private static final long serialVersionUID = 1L;

    @Override
    public void invoke(Row row, Context context) {
      missing.countDown();
    }
  }
}
