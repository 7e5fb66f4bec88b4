package dev.vigil.pipeline;

import dev.vigil.detect.CorrelateAttacksWithLogins;
import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.JoinAttacksWithLogins;
import dev.vigil.event.EcsDocument;
import dev.vigil.event.LogLine;
import dev.vigil.parse.LogFormats;
import dev.vigil.parse.LogParser;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.FollowFiles;
import dev.vigil.pipeline.io.ReadAll;
import dev.vigil.pipeline.io.ReadFiles;
import dev.vigil.pipeline.io.ReadKafka;
import dev.vigil.pipeline.io.ReplayKafka;
import dev.vigil.pipeline.io.TopicInput;
import dev.vigil.pipeline.io.WriteBigQuery;
import dev.vigil.pipeline.io.WriteJsonLines;
import dev.vigil.pipeline.io.WriteKafka;
import dev.vigil.pipeline.io.WriteProduct;
import dev.vigil.pipeline.io.WriteSearch;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The options, read and checked: what the graph is built from.
 *
 * @param output the directory for files; null if the results go elsewhere alone
 * @param year null to take it from the files
 */
record Settings(
    List<FileInput> files,
    KafkaSettings kafka,
    ElasticsearchSettings elasticsearch,
    BigQuerySettings bigQuery,
    @Nullable String output,
    boolean watch,
    ZoneId zone,
    @Nullable Integer year,
    Duration maxAhead,
    int maxLineBytes,
    long rangeBytes,
    Duration maxDisorder,
    Duration idleAfter,
    Duration allowedLateness,
    Duration loginWindow,
    long loginThreshold,
    Duration joinWindow,
    Duration memory,
    int shown) {

  /** So that the failure of a document that is too large is not too large itself. */
  private static final int MAX_RAW_BYTES_TO_SEARCH = 1 << 17;

  /** A row may have ten million bytes, and base64 takes four for three. */
  private static final int MAX_RAW_BYTES_TO_BIGQUERY = 1 << 22;

  private static final String DEFAULT_OUTPUT = "vigil-output";

  private static final String KAFKA = "kafka:";

  /** Between inputs: a comma in braces belongs to a pattern. */
  static final String COMMA_OUTSIDE_BRACES = ",(?![^{}]*\\})";

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  /** A hundred years: Beam's time ends, and must not while durations are added to it. */
  private static final Duration MAX_DURATION = Duration.ofDays(36_500);

  private static final int MAX_SHOWN = 100;

  /**
   * @throws UsageException if an option's value is none that it can have
   */
  static Settings of(VigilOptions options) throws UsageException {
    return of(options, Map.of());
  }

  /**
   * @param kafkaProperties the Kafka client properties on the command line
   * @throws UsageException if an option's value is none that it can have
   */
  static Settings of(VigilOptions options, Map<String, String> kafkaProperties)
      throws UsageException {
    List<FileInput> files = new ArrayList<>();
    List<TopicInput> topics = new ArrayList<>();
    inputs(options.getInput(), files, topics);
    KafkaSettings kafka = KafkaSettings.of(options, topics, kafkaProperties);
    ElasticsearchSettings elasticsearch = ElasticsearchSettings.of(options, System.getenv());
    BigQuerySettings bigQuery = BigQuerySettings.of(options);
    if (options.getWatch() && files.isEmpty()) {
      throw new UsageException("--watch follows files, and --input names none");
    }
    if (options.getWatch() && kafka.stops()) {
      throw new UsageException("--watch never ends: leave it out, or leave out --stopAt");
    }
    return new Settings(
        files,
        kafka,
        elasticsearch,
        bigQuery,
        output(
            options.getOutput(),
            !kafka.outputs().isEmpty()
                || elasticsearch.connection() != null
                || bigQuery.connection() != null),
        options.getWatch(),
        zone(options.getTimeZone()),
        options.getYear() == null ? null : (int) within("year", options.getYear(), 1970, 9999),
        duration("maxAhead", options.getMaxAhead(), Duration.ZERO),
        (int) within("maxLineBytes", options.getMaxLineBytes(), 1, 1 << 30),
        within("rangeBytes", options.getRangeBytes(), 1, 1L << 40),
        duration("maxDisorder", options.getMaxDisorder(), Duration.ZERO),
        duration("idleAfter", options.getIdleAfter(), Duration.ZERO),
        duration("allowedLateness", options.getAllowedLateness(), Duration.ZERO),
        duration("loginWindow", options.getLoginWindow(), Duration.ofMillis(1)),
        within("loginThreshold", options.getLoginThreshold(), 0, Long.MAX_VALUE),
        duration("joinWindow", options.getJoinWindow(), Duration.ofMillis(1)),
        wholeSeconds("memory", duration("memory", options.getMemory(), Duration.ofSeconds(1))),
        (int) within("shown", options.getShown(), 1, MAX_SHOWN));
  }

  /** The same, with other settings of Kafka. */
  Settings withKafka(KafkaSettings value) {
    return new Settings(
        files,
        value,
        elasticsearch,
        bigQuery,
        output,
        watch,
        zone,
        year,
        maxAhead,
        maxLineBytes,
        rangeBytes,
        maxDisorder,
        idleAfter,
        allowedLateness,
        loginWindow,
        loginThreshold,
        joinWindow,
        memory,
        shown);
  }

  /** Where the sample logs go. */
  String sampleOutput() {
    return output == null ? DEFAULT_OUTPUT : output;
  }

  /** Whether the job ends by itself. */
  boolean isBounded() {
    return !watch && (kafka.inputs().isEmpty() || kafka.stops());
  }

  PTransform<PBegin, PCollection<LogLine>> read() {
    Map<String, PTransform<PBegin, PCollection<LogLine>>> sources = new LinkedHashMap<>();
    if (!files.isEmpty()) {
      sources.put("Files", readFiles());
    }
    if (!kafka.inputs().isEmpty()) {
      sources.put("Kafka", readKafka());
    }
    return ReadAll.of(sources);
  }

  private PTransform<PBegin, PCollection<LogLine>> readFiles() {
    if (!watch) {
      return ReadFiles.of(files, maxLineBytes).withRangeBytes(rangeBytes);
    }
    return FollowFiles.of(files, maxLineBytes, new EventTime(parser()), maxDisorder, idleAfter);
  }

  private PTransform<PBegin, PCollection<LogLine>> readKafka() {
    if (kafka.stops()) {
      return ReplayKafka.of(kafka.connection(), kafka.inputs(), kafka.start(), maxLineBytes)
          .until(kafka.stopTime());
    }
    return ReadKafka.of(kafka.connection(), kafka.inputs(), maxLineBytes, new EventTime(parser()))
        .from(kafka.start())
        .withDisorder(maxDisorder)
        .withIdle(idleAfter)
        .withReplay(kafka.replay());
  }

  /** Sources keep it in checkpoints, by this name: a lambda's changes with the code around it. */
  private record EventTime(LogParser parser) implements SerializableFunction<LogLine, Instant> {
    @Override
    public @Nullable Instant apply(LogLine line) {
      return parser.eventTime(line);
    }
  }

  /** To all sinks that there are for a product. */
  <T extends Record & EcsDocument> WriteProduct<T> write(String product) {
    WriteProduct<T> write = WriteProduct.nowhere();
    if (output != null) {
      WriteJsonLines<T> lines = WriteJsonLines.to(output, product);
      write = write.toFiles(product.equals(Products.EVENTS) ? lines : lines.inOneFile());
    }
    String topic = kafka.outputs().get(product);
    if (topic != null) {
      write =
          write.toKafka(
              WriteKafka.<T>to(kafka.connection(), topic).exactlyOnce(kafka.exactlyOnce()));
    }
    if (elasticsearch.connection() != null) {
      write =
          write.toSearch(WriteSearch.<T>to(elasticsearch.connection(), Products.index(product)));
    }
    if (bigQuery.connection() != null) {
      write =
          write.toBigQuery(
              WriteBigQuery.<T>to(bigQuery.connection(), Products.table(product))
                  .appending(bigQuery.appending() && product.equals(Products.EVENTS)));
    }
    return write;
  }

  /** How much of a raw record a failure may hold that all sinks take, in bytes. */
  int maxRawBytes() {
    // JSON takes up to six bytes for one.
    int most =
        kafka.outputs().containsKey(Products.FAILURES)
            ? kafka.connection().maxRecordBytes() / 8
            : Integer.MAX_VALUE;
    if (elasticsearch.connection() != null) {
      most = Math.min(most, MAX_RAW_BYTES_TO_SEARCH);
    }
    return bigQuery.connection() == null ? most : Math.min(most, MAX_RAW_BYTES_TO_BIGQUERY);
  }

  LogParser parser() {
    return LogParser.ofAllFormats().withZone(zone).withYear(year).withMaxAhead(maxAhead);
  }

  DetectSuspiciousLogins count() {
    return DetectSuspiciousLogins.create()
        .withWindow(loginWindow)
        .withThreshold(loginThreshold)
        .withAllowedLateness(allowedLateness)
        .withShown(shown);
  }

  JoinAttacksWithLogins join() {
    return JoinAttacksWithLogins.create()
        .withWindow(joinWindow)
        .withAllowedLateness(allowedLateness)
        .withShown(shown);
  }

  CorrelateAttacksWithLogins correlate() {
    return CorrelateAttacksWithLogins.create().withMemory(memory).withShown(shown);
  }

  private static void inputs(String text, List<FileInput> files, List<TopicInput> topics)
      throws UsageException {
    boolean amongTopics = false;
    for (String part : text.split(COMMA_OUTSIDE_BRACES)) {
      if (part.isBlank()) {
        continue;
      }
      boolean begins = part.strip().startsWith(KAFKA);
      String input = begins ? part.strip().substring(KAFKA.length()) : part.strip();
      FileInput named = FileInput.parse(input, LogFormats.names());
      amongTopics = begins || (amongTopics && KafkaSettings.isTopic(named.glob()));
      if (!amongTopics) {
        files.add(named);
      } else if (!KafkaSettings.isTopic(named.glob())) {
        throw new UsageException("--input=" + part.strip() + " names no Kafka topic");
      } else if (topics.stream().anyMatch(topic -> topic.topic().equals(named.glob()))) {
        throw new UsageException("--input names the topic " + named.glob() + " twice");
      } else {
        topics.add(new TopicInput(named.glob(), named.format()));
      }
    }
    if (files.isEmpty() && topics.isEmpty()) {
      throw new UsageException("--input names no file: give one, as in --input=/var/log/auth.log");
    }
  }

  private static @Nullable String output(@Nullable String text, boolean elsewhere)
      throws UsageException {
    if (text == null) {
      return elsewhere ? null : DEFAULT_OUTPUT;
    }
    if (text.isBlank()) {
      throw new UsageException("--output is empty: name a directory, as in --output=results");
    }
    return text;
  }

  private static ZoneId zone(String text) throws UsageException {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new UsageException(
          "--timeZone=" + text + " is no time zone: give one such as UTC, Europe/Berlin or +02:00");
    }
  }

  static Duration duration(String option, String text, Duration least) throws UsageException {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "--"
              + option
              + "="
              + text
              + " is no duration: give a number and ms, s, m, h or d, as in 20s");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    if (duration.compareTo(least) < 0) {
      throw new UsageException(
          "--" + option + "=" + text + " is too short: give " + least.toMillis() + "ms or more");
    }
    if (duration.compareTo(MAX_DURATION) > 0) {
      throw new UsageException(
          "--" + option + "=" + text + " is too long: give " + MAX_DURATION.toDays() + "d or less");
    }
    return duration;
  }

  private static Duration wholeSeconds(String option, Duration duration) throws UsageException {
    if (duration.toMillis() % 1_000 != 0) {
      throw new UsageException(
          "--" + option + "=" + duration.toMillis() + "ms: give whole seconds, as in 90s");
    }
    return duration;
  }

  static long within(String option, long value, long least, long most) throws UsageException {
    if (value < least || value > most) {
      throw new UsageException(
          "--"
              + option
              + "="
              + value
              + (most == Long.MAX_VALUE
                  ? ": give " + least + " or more"
                  : ": give a number from " + least + " to " + most));
    }
    return value;
  }
}
