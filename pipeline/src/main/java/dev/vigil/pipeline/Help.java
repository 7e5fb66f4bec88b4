package dev.vigil.pipeline;

import java.io.PrintStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What the user is told about options. {@code type} is the interface that has them as getters. */
final class Help {
  private static final int WIDTH = 96;
  private static final String INDENT = "      ";

  private static final Pattern UNKNOWN =
      Pattern.compile("missing a property named '([^']+)'(?:\\. Did you mean '([^']+)'\\?)?");

  private static final Pattern OPTION = Pattern.compile("--(\\w+)(?:=(.*))?");

  private Help() {}

  /** Prints every option of {@link VigilOptions} with its default. */
  static void print(PrintStream out, List<String> runnerDefaults) {
    out.println("Vigil: reads security logs, and finds suspicious logins and attacks.");
    out.println();
    out.println("  --input=GLOB[,GLOB…] --output=DIR [--OPTION=VALUE …]");
    out.println();
    printOptions(out, VigilOptions.class);
    out.println("The options of Beam and of its runner are taken, too; these are preset:");
    runnerDefaults.forEach(preset -> out.println("  " + preset));
  }

  /** Prints every option of {@link ShipOptions} with its default. */
  static void printShipping(PrintStream out) {
    out.println("Vigil: follows log files, and writes each of their lines once to Kafka topics.");
    out.println();
    out.println("  --input=GLOB=TOPIC[,GLOB=TOPIC…] --bootstrapServers=HOST:PORT --state=DIR");
    out.println();
    printOptions(out, ShipOptions.class);
    out.println("Any property of a Kafka producer is taken, too, as --kafka.NAME=VALUE.");
  }

  private static void printOptions(PrintStream out, Class<?> type) {
    Stream.of(type.getDeclaredMethods())
        .filter(method -> method.getName().startsWith("get"))
        .sorted(Comparator.comparing(Help::optionName))
        .forEach(method -> print(out, method));
  }

  private static void print(PrintStream out, Method getter) {
    Object preset = preset(getter);
    out.println(
        "  --" + optionName(getter) + (preset == null ? "" : "   (default: " + preset + ")"));
    wrap(getter.getAnnotation(Description.class).value()).forEach(out::println);
  }

  /** The names of Vigil's own options. */
  static Set<String> names(Class<?> type) {
    return Stream.of(type.getDeclaredMethods())
        .filter(method -> method.getName().startsWith("get"))
        .map(Help::optionName)
        .collect(Collectors.toSet());
  }

  private static String optionName(Method getter) {
    String name = getter.getName().substring("get".length());
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  /** What a Vigil option should have instead of the value that it is given; null if it is right. */
  private static @Nullable String wanted(Class<?> type, String arg) {
    Matcher option = OPTION.matcher(arg);
    if (!option.matches()) {
      return null;
    }
    String value = option.group(2) == null ? "true" : option.group(2);
    for (Method getter : type.getDeclaredMethods()) {
      if (getter.getName().startsWith("get") && optionName(getter).equals(option.group(1))) {
        Class<?> returned = getter.getReturnType();
        if (returned == boolean.class) {
          return value.matches("(?i)true|false") ? null : "true or false";
        }
        if (returned != String.class && !isNumber(value, returned == long.class)) {
          return "a whole number";
        }
      }
    }
    return null;
  }

  private static boolean isNumber(String value, boolean isLong) {
    try {
      long number = Long.parseLong(value);
      return isLong || number == (int) number;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static @Nullable Object preset(Method getter) {
    for (Annotation annotation : getter.getAnnotations()) {
      if (annotation.annotationType().getEnclosingClass() == Default.class) {
        try {
          return annotation.annotationType().getMethod("value").invoke(annotation);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
          throw new IllegalStateException("every default has a value", e);
        }
      }
    }
    return null;
  }

  private static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder(INDENT);
    for (String word : text.split(" ")) {
      if (line.length() + word.length() > WIDTH) {
        lines.add(line.toString().stripTrailing());
        line.setLength(INDENT.length());
      }
      line.append(word).append(' ');
    }
    lines.add(line.toString().stripTrailing());
    return lines;
  }

  /**
   * Beam's complaint about an option, in one line.
   *
   * @param args the arguments that it complains about
   */
  static String explain(Class<?> type, IllegalArgumentException e, List<String> args) {
    String message = String.valueOf(e.getMessage());
    for (String arg : args) {
      String wanted = wanted(type, arg);
      if (wanted != null) {
        return arg + ": give " + wanted;
      }
    }
    Matcher unknown = UNKNOWN.matcher(message);
    if (unknown.find()) {
      String meant = unknown.group(2);
      return "there is no option --"
          + unknown.group(1)
          + (meant == null ? "." : "; did you mean --" + meant + "?")
          + " See --help for all options.";
    }
    return message.lines().findFirst().orElse("bad option") + " See --help for all options.";
  }
}
