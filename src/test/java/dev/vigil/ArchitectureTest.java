package dev.vigil;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.PRIVATE;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.vigil.parse.LogFormat;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.PTransform;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArchitectureTest {
  private static final String[] TRANSFORMS = {
    "dev.vigil.event..", "dev.vigil.parse..", "dev.vigil.detect.."
  };

  /** Lists and maps are looked into. */
  private static final Set<Class<?>> FIXED =
      Set.of(
          boolean.class,
          int.class,
          long.class,
          Boolean.class,
          Integer.class,
          Long.class,
          String.class,
          Instant.class,
          List.class,
          Map.class);

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.vigil");

  private static void check(ArchRule rule) {
    rule.check(CLASSES);
  }

  @Test
  void whatIsLookedAt() {
    assertThat(CLASSES.contain("dev.vigil.event.SecurityEvent")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.parse.LogParser")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.detect.SeparateLate")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.pipeline.Vigil")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.pipeline.io.ReadFiles")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.stack.LocalKafka")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.demo.LogGenerator")).isTrue();
    assertThat(CLASSES.contain("dev.vigil.ArchitectureTest")).isFalse();
  }

  @Test
  void eventsKnowNobody() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.vigil.event..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.vigil.parse..", "dev.vigil.detect..", "dev.vigil.pipeline.."));
  }

  @Test
  void parsingAndDetectingDoNotKnowEachOther() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.vigil.parse..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.vigil.detect..", "dev.vigil.pipeline.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.vigil.detect..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.vigil.parse..", "dev.vigil.pipeline.."));
  }

  /**
   * Servers for tests and laptops: what is deployed does not know them, the demo alone does, and
   * they need the JDK.
   */
  @Test
  void theLocalStackStandsAlone() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.vigil.stack..", "dev.vigil.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vigil.stack.."));
    check(
        classes()
            .that()
            .resideInAPackage("dev.vigil.stack..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.vigil.stack..", "java..", "com.sun.net.httpserver.."));
  }

  /** Labels that were made by the code that they check would agree with all its errors. */
  @Test
  void labelsAreMadeWithoutVigil() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.vigil.demo..")
            .and()
            .doNotHaveSimpleName("DemoRun")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.vigil.event..",
                "dev.vigil.parse..",
                "dev.vigil.detect..",
                "dev.vigil.pipeline.."));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.vigil.demo..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.vigil.demo.."));
  }

  @Test
  void noPackageGoesRoundInCircles() {
    check(slices().matching("dev.vigil.(**)").should().beFreeOfCycles());
  }

  @Test
  void transformsKnowNeitherOptionsNorPlacesNorRunners() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(TRANSFORMS)
            .should()
            .dependOnClassesThat(
                DescribedPredicate.<JavaClass>or(
                    JavaClass.Predicates.assignableTo(PipelineOptions.class),
                    resideInAPackage("org.apache.beam.sdk.options.."),
                    resideInAPackage("org.apache.beam.sdk.io.."),
                    resideInAPackage("org.apache.kafka.."),
                    resideInAPackage("org.elasticsearch.."),
                    resideInAPackage("org.apache.flink.."))));
  }

  @Test
  void ioIsInOnePackage() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.vigil.pipeline.io..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.apache.beam.sdk.io..",
                "org.apache.kafka..",
                "org.elasticsearch..",
                "org.apache.http.."));
  }

  @Test
  void nobodyKnowsARunner() {
    check(
        noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.beam.runners..", "org.apache.flink.."));
  }

  /**
   * The same object may go to several steps, and into a checkpoint that is written while the job
   * goes on: Flink makes no copies with {@code --objectReuse} and {@code --fasterCopy}. Sums that
   * grow in state, as Beam's own, would.
   */
  @Test
  void whatIsInStateNeverChanges() {
    check(
        fields()
            .that()
            .haveRawType(StateSpec.class)
            .should(
                new ArchCondition<>("hold values that never change") {
                  @Override
                  public void check(JavaField field, ConditionEvents events) {
                    JavaParameterizedType state = argument(field.getType());
                    List<String> changing = new ArrayList<>();
                    addChanging(state.getActualTypeArguments().get(0), new HashSet<>(), changing);
                    events.add(
                        new SimpleConditionEvent(
                            field,
                            changing.isEmpty()
                                && (state.toErasure().isEquivalentTo(BagState.class)
                                    || state.toErasure().isEquivalentTo(ValueState.class)),
                            field.getFullName() + " holds " + state.getName() + ": " + changing));
                  }
                }));
    check(noClasses().should().dependOnClassesThat().areAssignableTo(Combine.CombineFn.class));
  }

  /**
   * Adds what can change of a value of a type, and of all that it is made of. Of lists and maps
   * that is what is in them; that nobody puts anything into those of others is for the detections'
   * tests.
   */
  private static void addChanging(JavaType type, Set<JavaClass> seen, List<String> changing) {
    if (type instanceof JavaParameterizedType generic) {
      generic.getActualTypeArguments().forEach(each -> addChanging(each, seen, changing));
    }
    JavaClass value = type.toErasure();
    if (FIXED.stream().anyMatch(value::isEquivalentTo) || value.isEnum() || !seen.add(value)) {
      return;
    }
    if (!value.getPackageName().startsWith("dev.vigil") || !value.getSubclasses().isEmpty()) {
      changing.add(value.getName());
    }
    for (JavaField field : value.getAllFields()) {
      if (field.getModifiers().contains(STATIC)) {
        continue;
      }
      if (!field.getModifiers().contains(FINAL)
          || (field.getRawType().isArray() && !isHidden(field))) {
        changing.add(field.getFullName());
      } else if (!field.getRawType().isArray()) {
        addChanging(field.getType(), seen, changing);
      }
    }
  }

  /** An array that only its class and the coder of that can reach. */
  private static boolean isHidden(JavaField field) {
    JavaClass owner = field.getOwner();
    return field.getModifiers().contains(PRIVATE)
        && !owner.isRecord()
        && owner.getMethods().stream()
            .filter(method -> method.getRawReturnType().isArray())
            .flatMap(method -> method.getCallsOfSelf().stream())
            .map(call -> call.getOriginOwner())
            .allMatch(
                caller ->
                    caller.equals(owner)
                        || caller.getSimpleName().equals(owner.getSimpleName() + "Coder"));
  }

  private static JavaParameterizedType argument(JavaType type) {
    return (JavaParameterizedType) ((JavaParameterizedType) type).getActualTypeArguments().get(0);
  }

  @Test
  void namesSayWhatAClassIs() {
    check(noClasses().should().haveNameMatching(".*(Util|Helper|Common|Manager)[^.]*"));
  }

  @Test
  void transformsAreMadeByFactories() {
    check(
        classes()
            .that()
            .areAssignableTo(PTransform.class)
            .should(
                new ArchCondition<>("have private constructors and a static factory") {
                  @Override
                  public void check(JavaClass type, ConditionEvents events) {
                    boolean hidden =
                        type.getConstructors().stream()
                            .allMatch(c -> c.getModifiers().contains(PRIVATE));
                    boolean made =
                        type.getMethods().stream().anyMatch(method -> isFactory(method, type));
                    if (!hidden || !made) {
                      events.add(
                          SimpleConditionEvent.violated(
                              type,
                              type.getName()
                                  + (hidden
                                      ? " has no static factory"
                                      : " has a constructor that is not private")));
                    }
                  }
                }));
  }

  private static boolean isFactory(JavaMethod method, JavaClass type) {
    return method.getModifiers().contains(STATIC)
        && !method.getModifiers().contains(PRIVATE)
        && method.getRawReturnType().equals(type);
  }

  /** What comes out of the transforms depends on what goes in, and on a clock that is given. */
  @Test
  void transformsAreTheSameInEveryRun() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(TRANSFORMS)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Instant.class, "now", Clock.class)
            .orShould()
            .callMethod(org.joda.time.Instant.class, "now")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Random.class));
  }

  @Test
  void formatsHaveNoState() {
    check(
        fields()
            .that()
            .areDeclaredInClassesThat(JavaClass.Predicates.assignableTo(LogFormat.class))
            .should()
            .haveModifier(FINAL)
            .andShould(
                new ArchCondition<>("be no arrays, unless they are private and static") {
                  @Override
                  public void check(
                      com.tngtech.archunit.core.domain.JavaField field, ConditionEvents events) {
                    if (field.getRawType().isArray()
                        && !(field.getModifiers().contains(PRIVATE)
                            && field.getModifiers().contains(STATIC))) {
                      events.add(
                          SimpleConditionEvent.violated(
                              field, field.getFullName() + " can be changed"));
                    }
                  }
                }));
  }
}
