package dev.vigil.demo;

import dev.vigil.demo.Arguments.Option;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What logs to make. */
record GenerationOptions(long seed, Period period, Scale scale, boolean live) {
  static final List<Option> OPTIONS =
      List.of(
          new Option("directory", "where the files go; vigil-demo by default"),
          new Option("seed", "the same seed, period and scale give the same bytes; 1 by default"),
          new Option("end", "the end of the period, a full minute; the present one by default"),
          new Option("period", "how long it is, as in 90m; 24h by default, 30m in live mode"),
          new Option("lines", "of ordinary life; 50000 by default, 10000 in live mode"),
          new Option("attacks", "how many, and what looks like some; each kind once by default"),
          new Option("malformed", "how many lines are broken; 4 by default"),
          new Option("live", "true: the period begins now, and lines come as time goes by"));

  private static final long MOST_LINES = 1_000_000_000;
  private static final Duration LONGEST_PERIOD = Duration.ofDays(366);

  /**
   * @param now the full minute of it is the end of the period, unless another is given; in live
   *     mode its beginning
   */
  static GenerationOptions of(Arguments arguments, Instant now) throws UsageException {
    boolean live = arguments.flag("live");
    Duration length = arguments.minutes("period", live ? "30m" : "24h");
    if (length.compareTo(LONGEST_PERIOD) > 0) {
      throw arguments.wrong("period", "more than " + LONGEST_PERIOD.toDays() + " days");
    }
    Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
    Instant end = arguments.time("end");
    if (live && end != null) {
      throw new UsageException("--end has no effect in live mode, which begins now: leave it out");
    }
    if (end != null && !end.equals(end.truncatedTo(ChronoUnit.MINUTES))) {
      throw arguments.wrong("end", "no full minute");
    }
    return new GenerationOptions(
        arguments.number("seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
        Period.upTo(live ? minute.plus(length) : end == null ? minute : end, length),
        new Scale(
            arguments.number("lines", live ? 10_000 : 50_000, 0, MOST_LINES),
            (int)
                arguments.number(
                    "attacks", AttackKind.values().length, 0, AddressPlan.MOST_ATTACKS),
            (int) arguments.number("malformed", 4, 0, 1_000)),
        live);
  }

  LogGenerator generator() {
    return new LogGenerator(seed, period, scale);
  }

  Pace pace(InstantSource clock) {
    return live ? Pace.asItHappens(clock) : Pace.atOnce();
  }
}
