package dev.vigil.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;

/**
 * What the form of the Flex Template asks for, made from {@link VigilOptions}. Source of the
 * format: Dataflow's <a
 * href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/TemplateMetadata">TemplateMetadata</a>.
 */
final class FlexTemplateMetadata {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String BOOLEAN = "true|false";
  private static final String NUMBER = "\\d{1,18}";

  private FlexTemplateMetadata() {}

  /** The options that are asked for: first those without which there is no job, then by name. */
  static List<Method> parameters() {
    return getters()
        .filter(getter -> getter.isAnnotationPresent(TemplateParameter.class))
        .sorted(
            Comparator.<Method, Boolean>comparing(
                    getter -> !getter.getAnnotation(TemplateParameter.class).required())
                .thenComparing(FlexTemplateMetadata::name))
        .toList();
  }

  /** The names of the options that are not asked for. */
  static List<String> others() {
    return getters()
        .filter(getter -> !getter.isAnnotationPresent(TemplateParameter.class))
        .map(FlexTemplateMetadata::name)
        .sorted()
        .toList();
  }

  private static Stream<Method> getters() {
    return Stream.of(VigilOptions.class.getDeclaredMethods())
        .filter(method -> method.getName().startsWith("get"));
  }

  static String name(Method getter) {
    String name = getter.getName().substring("get".length());
    return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
  }

  /** In the lines in which it is kept. */
  static List<String> lines() throws JsonProcessingException {
    ObjectNode metadata =
        JSON.createObjectNode()
            .put("name", "Vigil")
            .put(
                "description",
                "Reads security logs of Kafka topics and files, and finds suspicious logins and"
                    + " attacks in event time.")
            // A job reads files to their end, too; and to count twice is not to count.
            .put("streaming", true)
            .put("supportsAtLeastOnce", false)
            .put("supportsExactlyOnce", true);
    ArrayNode parameters = metadata.putArray("parameters");
    for (Method getter : parameters()) {
      parameters.add(parameter(getter));
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(metadata).lines().toList();
  }

  private static ObjectNode parameter(Method getter) {
    TemplateParameter asked = getter.getAnnotation(TemplateParameter.class);
    ObjectNode parameter =
        JSON.createObjectNode()
            .put("name", name(getter))
            .put("label", asked.label())
            .put(
                "helpText",
                asked.help().isEmpty()
                    ? getter.getAnnotation(Description.class).value()
                    : asked.help())
            .put("isOptional", !asked.required());
    Object preset = preset(getter);
    if (preset != null) {
      parameter.put("defaultValue", preset.toString());
    }
    Class<?> type = getter.getReturnType();
    if (asked.choices().length > 0) {
      parameter.put("paramType", "ENUM");
      ArrayNode options = parameter.putArray("enumOptions");
      for (String choice : asked.choices()) {
        options.addObject().put("value", choice).put("label", choice);
      }
      form(parameter, String.join("|", asked.choices()));
    } else if (type == boolean.class) {
      form(parameter.put("paramType", "BOOLEAN"), BOOLEAN);
    } else if (type != String.class) {
      form(parameter.put("paramType", "NUMBER"), asked.form().isEmpty() ? NUMBER : asked.form());
    } else {
      form(parameter.put("paramType", "TEXT"), asked.form());
    }
    return parameter;
  }

  private static void form(ObjectNode parameter, String form) {
    parameter.putArray("regexes").add("^(" + form + ")$");
  }

  private static Object preset(Method getter) {
    for (Annotation annotation : getter.getAnnotations()) {
      if (annotation.annotationType().getEnclosingClass() == Default.class) {
        try {
          return annotation.annotationType().getMethod("value").invoke(annotation);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("every default has a value", e);
        }
      }
    }
    return null;
  }
}
