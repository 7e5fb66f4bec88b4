package dev.vigil.pipeline;

import dev.vigil.detect.CorrelateAttacksWithLogins;
import dev.vigil.detect.DetectSuspiciousLogins;
import dev.vigil.detect.JoinAttacksWithLogins;
import dev.vigil.event.LogLine;
import dev.vigil.parse.LogFormats;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParseResult;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.FollowFiles;
import dev.vigil.pipeline.io.ReadFiles;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The options, read and checked: what the graph is built from.
 *
 * @param year null to take it from the files
 */
record Settings(
    List<FileInput> inputs,
    String output,
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

  private static final String COMMA_OUTSIDE_BRACES = ",(?![^{}]*\\})";
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  /** A hundred years: Beam's time ends, and must not while durations are added to it. */
  private static final Duration MAX_DURATION = Duration.ofDays(36_500);

  private static final int MAX_SHOWN = 100;

  /**
   * @throws UsageException if an option's value is none that it can have
   */
  static Settings of(VigilOptions options) throws UsageException {
    return new Settings(
        inputs(options.getInput()),
        output(options.getOutput()),
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

  /** Bounded, or following the files. */
  PTransform<PBegin, PCollection<LogLine>> read() {
    if (!watch) {
      return ReadFiles.of(inputs, maxLineBytes).withRangeBytes(rangeBytes);
    }
    LogParser parser = parser();
    return FollowFiles.of(
        inputs,
        maxLineBytes,
        line -> {
          ParseResult result = parser.parse(line);
          return result.event() == null ? null : result.event().timestamp();
        },
        maxDisorder,
        idleAfter);
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

  private static List<FileInput> inputs(String text) throws UsageException {
    List<FileInput> inputs = new ArrayList<>();
    for (String input : text.split(COMMA_OUTSIDE_BRACES)) {
      if (!input.isBlank()) {
        inputs.add(FileInput.parse(input.strip(), LogFormats.names()));
      }
    }
    if (inputs.isEmpty()) {
      throw new UsageException("--input names no file: give one, as in --input=/var/log/auth.log");
    }
    return inputs;
  }

  private static String output(String text) throws UsageException {
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

  private static Duration duration(String option, String text, Duration least)
      throws UsageException {
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

  private static long within(String option, long value, long least, long most)
      throws UsageException {
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
