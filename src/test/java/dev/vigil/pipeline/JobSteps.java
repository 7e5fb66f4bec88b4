package dev.vigil.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.IterableLikeCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.Schema.FieldType;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.PCollection;

/**
 * What a runner compares that is to go on from the state of another job: the names of the steps,
 * how their output is encoded and windowed, and what state they keep.
 */
final class JobSteps {
  /** What the translation of a step that has several outputs, or state, adds to its name. */
  private static final Pattern TRANSLATED = Pattern.compile("/ParMultiDo\\([^()]*\\)$");

  /** The records that are encoded by their fields, by what they are called here. */
  private final Map<String, String> records = new TreeMap<>();

  private final Map<String, List<String>> steps = new TreeMap<>();

  private JobSteps() {}

  /** A step that runs a function on each element, and what the windows of these are. */
  record ParDoStep(String name, DoFn<?, ?> fn, DoFnSignature signature, WindowFn<?, ?> windowFn) {
    boolean isStateful() {
      return signature.usesState() || signature.usesTimers();
    }
  }

  /** The functions of a pipeline, as they were written. */
  static List<ParDoStep> parDos(Pipeline pipeline) {
    List<ParDoStep> found = new ArrayList<>();
    forEachPrimitive(
        pipeline,
        node -> {
          if (node.getTransform() instanceof ParDo.MultiOutput<?, ?> parDo) {
            PCollection<?> input =
                node.getInputs().values().stream()
                    .map(PCollection.class::cast)
                    .filter(value -> !parDo.getAdditionalInputs().containsValue(value))
                    .findFirst()
                    .orElseThrow();
            found.add(
                new ParDoStep(
                    TRANSLATED.matcher(node.getFullName()).replaceFirst(""),
                    parDo.getFn(),
                    DoFnSignatures.getSignature(parDo.getFn().getClass()),
                    input.getWindowingStrategy().getWindowFn()));
          }
        });
    return found;
  }

  /**
   * Each step by its full name, with what comes out of it, and in which windows; with its state;
   * and behind them the fields of all records.
   *
   * @param built as it was written
   * @param submitted with the runner's own steps in place of those that it replaces
   */
  static List<String> lines(Pipeline built, Pipeline submitted) {
    JobSteps job = new JobSteps();
    forEachPrimitive(
        submitted,
        node ->
            job.steps.put(
                node.getFullName(),
                node.getOutputs().values().stream()
                    .filter(PCollection.class::isInstance)
                    .map(value -> job.describe((PCollection<?>) value))
                    .collect(Collectors.toCollection(ArrayList::new))));
    for (ParDoStep step : parDos(built)) {
      if (step.isStateful()) {
        job.steps.computeIfAbsent(step.name(), name -> new ArrayList<>()).addAll(job.state(step));
      }
    }
    List<String> lines = new ArrayList<>();
    job.steps.forEach(
        (name, described) -> {
          lines.add(name);
          described.forEach(line -> lines.add("  " + line));
        });
    lines.add("");
    job.records.forEach((fields, name) -> lines.add(name + " " + fields));
    lines.subList(lines.indexOf(""), lines.size()).sort(null);
    return lines;
  }

  /** The kinds of state of a step, and its timers. */
  static List<String> stateKinds(ParDoStep step) {
    return new JobSteps()
        .state(step).stream().map(line -> line.replaceFirst(" of .*", "")).toList();
  }

  private List<String> state(ParDoStep step) {
    List<String> state = new ArrayList<>();
    DoFnSignature signature = step.signature();
    signature
        .stateDeclarations()
        .forEach((id, declared) -> state.add("state " + id + ": " + kind(spec(step, declared))));
    signature.timerDeclarations().keySet().forEach(id -> state.add("timer " + id));
    signature.timerFamilyDeclarations().keySet().forEach(id -> state.add("timers " + id));
    state.sort(null);
    return state;
  }

  private static StateSpec<?> spec(ParDoStep step, DoFnSignature.StateDeclaration declared) {
    try {
      declared.field().setAccessible(true);
      return (StateSpec<?>) declared.field().get(step.fn());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void forEachPrimitive(
      Pipeline pipeline, Consumer<TransformHierarchy.Node> consumer) {
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public void visitPrimitiveTransform(TransformHierarchy.Node node) {
            consumer.accept(node);
          }
        });
  }

  private String describe(PCollection<?> collection) {
    WindowFn<?, ?> windows = collection.getWindowingStrategy().getWindowFn();
    return describe(collection.getCoder()) + " in " + windows.getClass().getSimpleName();
  }

  private String kind(StateSpec<?> spec) {
    return spec.match(
        new StateSpec.Cases<String>() {
          @Override
          public String dispatchValue(Coder<?> coder) {
            return "value of " + describe(coder);
          }

          @Override
          public String dispatchBag(Coder<?> coder) {
            return "bag of " + describe(coder);
          }

          @Override
          public String dispatchOrderedList(Coder<?> coder) {
            return "ordered list of " + describe(coder);
          }

          @Override
          public String dispatchCombining(Combine.CombineFn<?, ?, ?> fn, Coder<?> coder) {
            return "combined " + describe(coder);
          }

          @Override
          public String dispatchMap(Coder<?> key, Coder<?> value) {
            return "map of " + describe(key) + " to " + describe(value);
          }

          @Override
          public String dispatchSet(Coder<?> coder) {
            return "set of " + describe(coder);
          }

          @Override
          public String dispatchMultimap(Coder<?> key, Coder<?> value) {
            return "multimap of " + describe(key) + " to " + describe(value);
          }
        });
  }

  /** A coder by what it encodes: some print random ids, some nothing of their parts. */
  private String describe(Coder<?> coder) {
    if (coder == null) {
      return "?";
    }
    if (coder instanceof KvCoder<?, ?> pair) {
      return "KV<" + describe(pair.getKeyCoder()) + ", " + describe(pair.getValueCoder()) + ">";
    }
    if (coder instanceof NullableCoder<?> nullable) {
      return describe(nullable.getValueCoder()) + "?";
    }
    if (coder instanceof SchemaCoder<?> record) {
      Class<?> type = record.getEncodedTypeDescriptor().getRawType();
      Schema schema = record.getSchema();
      // Beam finds the fields of its own classes in another order in each JVM.
      return name(
          type.getSimpleName(),
          describe(type.getName().startsWith("dev.vigil.") ? schema : schema.sorted()));
    }
    String name = coder.getClass().getName().replaceFirst(".*[.]", "").replaceFirst("Coder$", "");
    List<? extends Coder<?>> parts =
        coder instanceof IterableLikeCoder<?, ?> list
            ? List.of(list.getElemCoder())
            : coder.getCoderArguments();
    return parts.isEmpty()
        ? name
        : parts.stream().map(this::describe).collect(Collectors.joining(", ", name + "<", ">"));
  }

  /** Records of one class can have several forms. */
  private String name(String type, String fields) {
    return records.computeIfAbsent(
        fields,
        added -> {
          long forms =
              records.values().stream().filter(name -> name.matches(type + "(#\\d+)?")).count();
          return forms == 0 ? type : type + "#" + (forms + 1);
        });
  }

  private String describe(Schema schema) {
    return schema.getFields().stream()
        .map(field -> field.getName() + " " + describe(field.getType()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private String describe(FieldType type) {
    String name =
        switch (type.getTypeName()) {
          case ROW -> describe(type.getRowSchema());
          case ARRAY, ITERABLE ->
              type.getTypeName() + "<" + describe(type.getCollectionElementType()) + ">";
          case MAP ->
              "MAP<"
                  + describe(type.getMapKeyType())
                  + ", "
                  + describe(type.getMapValueType())
                  + ">";
          case LOGICAL_TYPE ->
              type.getLogicalType().getIdentifier().replaceAll("^beam:logical_type:|:v\\d+$", "");
          default -> type.getTypeName().name();
        };
    return type.getNullable() ? name + "?" : name;
  }
}
