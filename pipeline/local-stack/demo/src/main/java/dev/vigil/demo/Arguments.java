package dev.vigil.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A command line of {@code --name=value}. */
final class Arguments {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smhd])");

  /** What is passed on to the main job begins with it. */
  private static final String PASSED_ON = "--vigil.";

  /** The name of the option that stands for all that are passed on. */
  static final String PASSES_ON = "vigil.NAME";

  private final Map<String, String> values = new TreeMap<>();
  private final List<String> passedOn = new ArrayList<>();

  private Arguments() {}

  /** An option that there is, and what it is for. */
  record Option(String name, String description) {}

  /**
   * @throws UsageException for anything but these options, or one that is given twice
   */
  static Arguments of(String[] args, List<Option> options) throws UsageException {
    List<String> names = options.stream().map(Option::name).sorted().toList();
    Arguments arguments = new Arguments();
    for (String arg : args) {
      int equals = arg.indexOf('=');
      if (arg.startsWith(PASSED_ON) && equals > 0 && names.contains(PASSES_ON)) {
        arguments.passedOn.add("--" + arg.substring(PASSED_ON.length()));
        continue;
      }
      String name = equals < 0 ? arg : arg.substring(0, equals);
      if (!name.startsWith("--") || equals < 0 || !names.contains(name.substring(2))) {
        throw new UsageException(
            arg
                + " is no option here: give --NAME=VALUE, where NAME is one of "
                + String.join(", ", names));
      }
      if (arguments.values.put(name.substring(2), arg.substring(equals + 1)) != null) {
        throw new UsageException(name + " is given twice: give it once");
      }
    }
    return arguments;
  }

  /** Whether help is asked for; then nothing else matters. */
  static boolean askForHelp(String[] args) {
    return Stream.of(args).anyMatch(arg -> arg.equals("--help") || arg.equals("-h"));
  }

  /** What the options are for, an option in a line. */
  static String help(List<Option> options) {
    TextTable table = new TextTable();
    options.forEach(option -> table.row("--" + option.name(), option.description()));
    return table.text();
  }

  /** What follows {@code --vigil.}, as options of the main job. */
  List<String> passedOn() {
    return List.copyOf(passedOn);
  }

  @Nullable String text(String name) {
    return values.get(name);
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  boolean flag(String name) throws UsageException {
    return switch (text(name, "false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "neither true nor false");
    };
  }

  long number(String name, long otherwise, long least, long most) throws UsageException {
    String value = text(name);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value.replace("_", ""));
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // The same answer as for one that is too large.
    }
    throw wrong(name, "no number from " + least + " to " + most);
  }

  /** Full minutes, at least one. */
  Duration minutes(String name, String otherwise) throws UsageException {
    Matcher matcher = DURATION.matcher(text(name, otherwise));
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      Duration duration =
          switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          };
      if (duration.toSeconds() >= 60 && duration.toSeconds() % 60 == 0) {
        return duration;
      }
    }
    throw wrong(name, "no duration in full minutes, such as 30m or 24h");
  }

  @Nullable Instant time(String name) throws UsageException {
    try {
      return text(name) == null ? null : Instant.parse(text(name));
    } catch (DateTimeParseException e) {
      throw wrong(name, "no time such as 2026-01-15T12:00:00Z");
    }
  }

  UsageException wrong(String name, String what) {
    return new UsageException("--" + name + "=" + text(name) + " is " + what + ": give another");
  }
}
