package dev.vigil.pipeline;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What a user may set. {@code --help} is made from this interface. */
public interface VigilOptions extends PipelineOptions {

  @Description(
      "What to read: files or globs, separated by commas, plain or compressed (.gz), and Kafka topics,"
          + " as in kafka:Logins,IDS (a file that follows topics needs a slash in its name). A format's"
          + " name after an equals sign, as in /var/log/auth.log=sshd, says that every line has that"
          + " format; otherwise each line's is recognised. Without any, the sample logs are read.")
  @TemplateParameter(
      label = "Logs to read",
      help =
          "What to read: files or patterns of buckets, as in gs://BUCKET/logs/*.json, plain or"
              + " compressed (.gz), and Kafka topics, as in kafka:Logins,IDS, separated by commas. A"
              + " format's name after an equals sign, as in kafka:Logins=logins, says that every line"
              + " has that format; otherwise each line's is recognised.",
      form = TemplateParameter.INPUT,
      required = true)
  String getInput();

  void setInput(String value);

  @Description(
      "The directory for the results: events*.jsonl, suspicious-logins*.jsonl, alerts*.jsonl,"
          + " late*.jsonl, failures*.jsonl. Results of an earlier run there are replaced. Without any,"
          + " vigil-output, unless the results go somewhere else.")
  @TemplateParameter(
      label = "Directory of a bucket for results",
      help =
          "A directory of a bucket for the results: events*.jsonl, suspicious-logins*.jsonl,"
              + " alerts*.jsonl, late*.jsonl, failures*.jsonl. A job that ends by itself replaces results"
              + " that are there; one that goes on until it is stopped is refused then. Without any,"
              + " results go only where the other parameters say.",
      form = TemplateParameter.BUCKET)
  String getOutput();

  void setOutput(String value);

  @Description(
      "Keep following the inputs: new lines and new files, until stopped. Local files only.")
  @Default.Boolean(false)
  boolean getWatch();

  void setWatch(boolean value);

  @Description("The zone of times that name none, such as Europe/Berlin or +02:00.")
  @Default.String("UTC")
  @TemplateParameter(label = "Time zone of times that name none", form = TemplateParameter.ZONE)
  String getTimeZone();

  void setTimeZone(String value);

  @Description(
      "The year of dates that name none (syslog, Snort). Without it: the latest year in which the date"
          + " is no more than a day after the file's modification time.")
  @TemplateParameter(label = "Year of dates that name none", form = TemplateParameter.YEAR)
  Integer getYear();

  void setYear(Integer value);

  @Description("How far ahead of the clock a record may be before it is refused.")
  @Default.String("5m")
  @TemplateParameter(
      label = "How far ahead of the clock records may be",
      form = TemplateParameter.DURATION)
  String getMaxAhead();

  void setMaxAhead(String value);

  @Description("The longest line in bytes; a longer one is refused.")
  @Default.Integer(1_048_576)
  @TemplateParameter(label = "Longest line in bytes", form = TemplateParameter.BYTES)
  int getMaxLineBytes();

  void setMaxLineBytes(int value);

  @Description(
      "How much of a plain file one worker reads at a time, in bytes; less takes less memory.")
  @Default.Long(8_388_608)
  @TemplateParameter(
      label = "Bytes of a file that a worker reads at a time",
      form = TemplateParameter.BYTES)
  long getRangeBytes();

  void setRangeBytes(long value);

  @Description(
      "With --watch or Kafka: how far a record's time may be behind the latest of its file or partition"
          + " before it is late.")
  @Default.String("5s")
  @TemplateParameter(
      label = "How far records of a partition may be out of order",
      help =
          "How far a record's time may be behind the latest of its Kafka partition before it is late.",
      form = TemplateParameter.DURATION)
  String getMaxDisorder();

  void setMaxDisorder(String value);

  @Description(
      "With --watch or Kafka: after how long without any new line time goes on with the clock; 0s is"
          + " never. A Kafka partition that has had nothing for so long holds nobody up.")
  @Default.String("30s")
  @TemplateParameter(
      label = "When a partition without records holds nobody up",
      help =
          "After how long without any new record time goes on with the clock; 0s is never. A Kafka"
              + " partition that has had nothing for so long holds nobody up.",
      form = TemplateParameter.DURATION)
  String getIdleAfter();

  void setIdleAfter(String value);

  @Description("The Kafka brokers: HOST:PORT[,HOST:PORT…].")
  @TemplateParameter(label = "Kafka brokers", form = TemplateParameter.SERVERS)
  String getBootstrapServers();

  void setBootstrapServers(String value);

  @Description(
      "A file of Kafka client properties, such as security.protocol and sasl.jaas.config, or a secret"
          + " of Google's Secret Manager that has them, as secret:projects/P/secrets/S/versions/V. Single"
          + " ones can be given as --kafka.NAME=VALUE, which others on this machine can see: not for"
          + " secrets.")
  @TemplateParameter(
      label = "File or secret of Kafka client properties",
      help =
          "Kafka client properties, such as security.protocol and sasl.jaas.config: a secret of"
              + " Google's Secret Manager that has them, as secret:projects/P/secrets/S/versions/V, or a"
              + " file of a bucket, whose content travels inside the job: not for secrets.",
      form = TemplateParameter.SECRET)
  String getKafkaProperties();

  void setKafkaProperties(String value);

  @Description(
      "Where to begin in Kafka topics, unless the runner goes on from a checkpoint: committed (where the"
          + " consumer group is; at the start if it is nowhere yet), earliest, latest, or a time such as"
          + " 2026-01-15T08:00:00Z, by the records' Kafka timestamps.")
  @Default.String("committed")
  @TemplateParameter(
      label = "Where to begin in Kafka topics",
      help =
          "Where to begin in Kafka topics, unless the job goes on from one that it replaces: committed"
              + " (where the consumer group is; at the start if it is nowhere yet), earliest, latest, or a"
              + " time such as 2026-01-15T08:00:00Z, by the records' Kafka timestamps.",
      form = "committed|earliest|latest|" + TemplateParameter.TIME)
  String getStartFrom();

  void setStartFrom(String value);

  @Description(
      "Where to end in Kafka topics: end (their present end), or a time. The job is bounded then, ends"
          + " by itself, and leaves the consumer group's offsets as they are. Without it the job goes on"
          + " until it is stopped.")
  @TemplateParameter(label = "Where to end in Kafka topics", form = "end|" + TemplateParameter.TIME)
  String getStopAt();

  void setStopAt(String value);

  @Description(
      "The Kafka records are old ones that are being fed again: time goes by the records alone, and"
          + " only partitions that have none go with the clock.")
  @Default.Boolean(false)
  @TemplateParameter(label = "Old Kafka records are fed again")
  boolean getReplay();

  void setReplay(boolean value);

  @Description(
      "What goes to Kafka: events, suspicious-logins, alerts, late, failures, separated by commas. The"
          + " topics are Events, SuspiciousLogins, Alerts, Late and Failures, unless named, as in"
          + " alerts=soc-alerts.")
  @TemplateParameter(label = "What goes to Kafka topics", form = TemplateParameter.OUTPUT_TOPICS)
  String getOutputTopics();

  void setOutputTopics(String value);

  @Description("Make the output topics that do not exist, compacted.")
  @Default.Boolean(false)
  @TemplateParameter(label = "Make output topics")
  boolean getCreateTopics();

  void setCreateTopics(boolean value);

  @Description(
      "How records reach Kafka: at-least-once (the same key again after a failure), or exactly-once (in"
          + " transactions, slower; on Dataflow alone).")
  @Default.String("at-least-once")
  @TemplateParameter(
      label = "How records reach Kafka",
      help =
          "How records reach Kafka: at-least-once (the same key again after a failure), or exactly-once"
              + " (in transactions, slower).",
      choices = {"at-least-once", "exactly-once"})
  String getDelivery();

  void setDelivery(String value);

  @Description(
      "Where the nodes of an Elasticsearch or OpenSearch cluster are, to which all results go:"
          + " http://HOST:9200[,http://HOST:9200…]. The user and the password, or the API key, come from"
          + " the environment, in VIGIL_ELASTICSEARCH_USER and VIGIL_ELASTICSEARCH_PASSWORD, or"
          + " VIGIL_ELASTICSEARCH_API_KEY.")
  @TemplateParameter(
      label = "Elasticsearch or OpenSearch nodes",
      help =
          "Where the nodes of an Elasticsearch or OpenSearch cluster are, to which all results go:"
              + " http://HOST:9200[,http://HOST:9200…]. The user and the password, or the API key, are"
              + " what elasticsearchProperties names.",
      form = TemplateParameter.ADDRESSES)
  String getElasticsearch();

  void setElasticsearch(String value);

  @Description(
      "What the server is: auto to ask it, or elasticsearch-8, elasticsearch-9, opensearch-2,"
          + " opensearch-3.")
  @Default.String("auto")
  @TemplateParameter(
      label = "What kind of search server it is",
      choices = {"auto", "elasticsearch-8", "elasticsearch-9", "opensearch-2", "opensearch-3"})
  String getElasticsearchBackend();

  void setElasticsearchBackend(String value);

  @Description(
      "A file of properties for Elasticsearch, instead of the environment: user, password, apiKey,"
          + " caFile. Or a secret of Google's Secret Manager that has them, as"
          + " secret:projects/P/secrets/S/versions/V.")
  @TemplateParameter(
      label = "File or secret of Elasticsearch credentials",
      help =
          "Properties for Elasticsearch: user, password, apiKey, caFile. A secret of Google's Secret"
              + " Manager that has them, as secret:projects/P/secrets/S/versions/V, or a file of a"
              + " bucket, whose content travels inside the job: not for secrets.",
      form = TemplateParameter.SECRET)
  String getElasticsearchProperties();

  void setElasticsearchProperties(String value);

  @Description(
      "A file of certificates in PEM form: Elasticsearch is trusted if it is certified by one of them."
          + " Without it, by those that Java trusts.")
  @TemplateParameter(
      label = "Certificates of who certifies Elasticsearch",
      help =
          "A file of a bucket, with certificates in PEM form: Elasticsearch is trusted if it is"
              + " certified by one of them. Without it, by those that Java trusts.",
      form = TemplateParameter.FILE)
  String getElasticsearchCa();

  void setElasticsearchCa(String value);

  @Description(
      "The dataset of BigQuery to whose tables all results go: PROJECT:DATASET. Its credentials are the"
          + " machine's own: those of \"gcloud auth application-default login\", of"
          + " GOOGLE_APPLICATION_CREDENTIALS, or of the service account.")
  @TemplateParameter(
      label = "BigQuery dataset",
      help =
          "The dataset of BigQuery to whose tables all results go: PROJECT:DATASET. They must be there,"
              + " and the job's service account must be allowed to write to them.",
      form = TemplateParameter.DATASET)
  String getBigQueryDataset();

  void setBigQueryDataset(String value);

  @Description(
      "Where a dataset that --setup makes keeps its data for good, such as EU or us-east1. Without it,"
          + " where the project says, or in the US.")
  String getBigQueryRegion();

  void setBigQueryRegion(String value);

  @Description(
      "How events reach BigQuery while the job goes on until it is stopped: exactly-once (appended; twice"
          + " if the job itself reads a record again), or upsert (one row for each id, whatever happens;"
          + " BigQuery merges). All else, and all that is bounded, is upserted.")
  @Default.String("exactly-once")
  @TemplateParameter(
      label = "How events reach BigQuery",
      choices = {"exactly-once", "upsert"})
  String getBigQueryEvents();

  void setBigQueryEvents(String value);

  @Description(
      "Set up Elasticsearch or OpenSearch, or BigQuery, for Vigil, and end: show tells what it lacks,"
          + " install puts there what is missing, replace also changes what is different.")
  String getSetup();

  void setSetup(String value);

  @Description(
      "On Flink: a directory of this machine for the checkpoints of a job that goes on until it is"
          + " stopped. Started again with the same directory and the same other options, however it"
          + " ended, it goes on from the newest checkpoint there. One is made every ten seconds, unless"
          + " --checkpointingInterval says otherwise. Keep the directory to yourself: whatever the job"
          + " was told is in there, secrets too.")
  String getCheckpoints();

  void setCheckpoints(String value);

  @Description("How long after its end a window still takes late events.")
  @Default.String("1m")
  @TemplateParameter(label = "How long windows take late events", form = TemplateParameter.DURATION)
  String getAllowedLateness();

  void setAllowedLateness(String value);

  @Description("The window in which login attempts are counted.")
  @Default.String("20s")
  @TemplateParameter(
      label = "Window in which login attempts are counted",
      form = TemplateParameter.POSITIVE_DURATION)
  String getLoginWindow();

  void setLoginWindow(String value);

  @Description("How many login attempts of one source in a window are still inconspicuous.")
  @Default.Long(5)
  @TemplateParameter(label = "Login attempts in a window that are inconspicuous")
  long getLoginThreshold();

  void setLoginThreshold(long value);

  @Description("The window in which IDS events are joined with logins.")
  @Default.String("5m")
  @TemplateParameter(
      label = "Window in which IDS events are joined with logins",
      form = TemplateParameter.POSITIVE_DURATION)
  String getJoinWindow();

  void setJoinWindow(String value);

  @Description(
      "How far apart an IDS event and a login may be to be correlated across windows; in whole"
          + " seconds, in which their times are compared, too.")
  @Default.String("1h")
  @TemplateParameter(
      label = "Memory for correlation across windows",
      form = TemplateParameter.SECONDS)
  String getMemory();

  void setMemory(String value);

  @Description("How many user names, signatures and event ids a record shows; 1 to 100.")
  @Default.Integer(10)
  @TemplateParameter(label = "Names and ids that a record shows", form = "[1-9]\\d?|100")
  int getShown();

  void setShown(int value);
}
