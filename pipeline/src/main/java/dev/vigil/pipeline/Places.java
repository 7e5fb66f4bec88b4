package dev.vigil.pipeline;

import dev.vigil.pipeline.io.BigQueryConnection;
import dev.vigil.pipeline.io.BigQueryDataset;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.KafkaConnection;
import dev.vigil.pipeline.io.KafkaTopics;
import dev.vigil.pipeline.io.SearchCluster;
import dev.vigil.pipeline.io.SearchSetUp;
import dev.vigil.pipeline.io.Storage;
import dev.vigil.pipeline.io.TopicInput;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the files and directories that the user named before anything runs. */
final class Places {
  private static final Logger LOG = LoggerFactory.getLogger(Places.class);

  private Places() {}

  /** What to do about results of an earlier run in the output directory. */
  enum OldResults {
    REMOVED,
    REFUSED,
    /** Because the job goes on from where that run is. */
    KEPT
  }

  /** The same, where results of an earlier run are removed. */
  static Settings check(Settings settings, PipelineOptions options) throws UsageException {
    return check(settings, options, OldResults.REMOVED);
  }

  /**
   * Makes the output directory if there is none.
   *
   * @param options the job's, in which its credentials are
   * @return the settings, with what is known now of the places
   * @throws UsageException if an input cannot be read, or the output not be written
   */
  static Settings check(Settings settings, PipelineOptions options, OldResults oldResults)
      throws UsageException {
    for (FileInput input : settings.files()) {
      checkInput(input, settings);
    }
    KafkaSettings kafka = settings.kafka();
    if (kafka.connection() != null) {
      kafka = kafka.withPartitions(checkTopics(kafka));
    }
    if (settings.elasticsearch().connection() != null) {
      checkCluster(settings.elasticsearch());
    }
    if (settings.bigQuery().connection() != null) {
      checkDataset(settings.bigQuery().connection(), options);
    }
    if (settings.output() != null) {
      if (Storage.isLocal(settings.output())) {
        prepareDirectory(settings.output());
      }
      if (oldResults != OldResults.KEPT) {
        checkOldResults(settings, settings.output(), oldResults == OldResults.REMOVED);
      }
    }
    return settings.withKafka(kafka);
  }

  /** How many partitions the topics have that are read. */
  private static Map<String, Integer> checkTopics(KafkaSettings kafka) throws UsageException {
    try (KafkaTopics topics = KafkaTopics.of(kafka.connection())) {
      List<String> inputs = kafka.inputs().stream().map(TopicInput::topic).toList();
      Set<String> missing = topics.missing(inputs);
      if (!missing.isEmpty()) {
        throw new UsageException(
            "--input: there is no Kafka topic " + String.join(", ", missing) + ": check the name");
      }
      missing = topics.missing(kafka.outputs().values());
      if (!missing.isEmpty() && !kafka.createTopics()) {
        throw new UsageException(
            "--outputTopics: there is no Kafka topic "
                + String.join(", ", missing)
                + ": make it, best with cleanup.policy=compact, or give --createTopics=true");
      }
      if (!missing.isEmpty()) {
        topics.createCompacted(missing);
      }
      for (String topic : kafka.outputs().values()) {
        int bytes = topics.maxMessageBytes(topic).orElse(Integer.MAX_VALUE);
        if (bytes < kafka.connection().maxRecordBytes()) {
          throw new UsageException(
              "--outputTopics: "
                  + topic
                  + " takes records of "
                  + bytes
                  + " bytes at most: "
                  + (bytes < KafkaConnection.LEAST_RECORD_BYTES
                      ? "raise its max.message.bytes"
                      : "give --kafka.max.request.size=" + bytes));
        }
      }
      return topics.partitions(inputs);
    } catch (KafkaTopics.UnusableException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void checkCluster(ElasticsearchSettings settings) throws UsageException {
    try (SearchCluster cluster = SearchCluster.at(settings.connection())) {
      if (settings.backend() == null) {
        cluster.backend(); // refuses what is none
      }
      List<String> without = cluster.withoutTemplate();
      if (!without.isEmpty()) {
        throw new UsageException(
            "--elasticsearch: there is no index template "
                + String.join(", ", without)
                + ", without which fields get types by chance: run once with --setup");
      }
      List<String> lacking = SearchSetUp.lacking(cluster);
      if (!lacking.isEmpty()) {
        throw new UsageException(
            "--elasticsearch: the templates are of another version, without "
                + lacking.get(0)
                + (lacking.size() == 1 ? "" : " and " + (lacking.size() - 1) + " more")
                + ": run once with --setup=replace");
      }
    } catch (SearchCluster.UnusableException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void checkDataset(BigQueryConnection connection, PipelineOptions options)
      throws UsageException {
    try {
      BigQueryDataset dataset = BigQueryDataset.at(connection, options);
      if (connection.isLocal()) {
        LOG.warn(
            "rows go to the local warehouse at {}, and not to BigQuery", connection.endpoint());
      }
      List<String> obstacles = dataset.obstacles();
      if (!obstacles.isEmpty()) {
        throw new UsageException(
            "--bigQueryDataset="
                + connection.name()
                + " cannot take the rows ("
                + String.join("; ", obstacles)
                + "): run once with --setup");
      }
    } catch (BigQueryDataset.UnusableException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void checkInput(FileInput input, Settings settings) throws UsageException {
    String glob = input.glob();
    boolean local = Storage.isLocal(glob);
    if (settings.watch() && !local) {
      throw new UsageException("--watch follows local files alone: " + glob + " is none");
    }
    if (local && Files.isDirectory(Path.of(glob))) {
      throw new UsageException("--input=" + glob + " is a directory: give " + glob + "/*");
    }
    try {
      List<String> files = Storage.match(glob);
      if (files.isEmpty() && !settings.watch()) {
        throw new UsageException("--input=" + glob + " names no file: check the path");
      }
      for (String path : files) {
        if (Storage.isLocal(path) && !Files.isReadable(Path.of(path))) {
          throw new UsageException("--input: " + path + " cannot be read: check its permissions");
        }
      }
      if (settings.watch()
          && settings.output() != null
          && Storage.wouldMatch(glob, Products.firstPane(settings.output()))) {
        throw new UsageException(
            "--input=" + glob + " would follow the results in --output: give another --output");
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("--input=" + glob + " cannot be read: " + e.getMessage());
    }
  }

  private static void prepareDirectory(String output) throws UsageException {
    Path directory = Path.of(output);
    try {
      Files.createDirectories(directory);
      // Root may write anywhere by its permissions, and still not on a read-only file system.
      Files.delete(Files.createTempFile(directory, ".vigil", null));
    } catch (FileAlreadyExistsException e) {
      throw new UsageException(
          "--output=" + output + ": " + e.getFile() + " is no directory: give another one");
    } catch (IOException e) {
      throw new UsageException(
          "--output=" + output + " cannot be written: give a directory that can (" + e + ")");
    }
  }

  private static void checkOldResults(Settings settings, String output, boolean removed)
      throws UsageException {
    try {
      List<String> old = new ArrayList<>();
      for (String product : Products.ALL) {
        old.addAll(Products.files(output, product));
      }
      for (FileInput input : settings.files()) {
        for (String path : Storage.match(input.glob())) {
          if (old.contains(path)) {
            throw new UsageException(
                "--input="
                    + input.glob()
                    + " names results in --output, which this run replaces:"
                    + " give another --output");
          }
        }
      }
      if (!removed && !old.isEmpty()) {
        throw new UsageException(
            "--output="
                + output
                + " has results, perhaps of a job that runs: give another directory, or --update=true"
                + " to go on with that job");
      }
      Storage.delete(old);
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("--output=" + output + " cannot be written: " + e.getMessage());
    }
  }
}
