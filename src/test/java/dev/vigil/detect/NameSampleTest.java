package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameSampleTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 99, 100, 101, 999, 1_000})
  void exactUpToTheLimit(int count) {
    List<String> names = names(count);
    NameSample sample = sample(twice(names));
    assertThat(sample.distinct()).isEqualTo(count);
    assertThat(sample.isEstimated()).isFalse();
    assertThat(sample.names()).containsExactlyElementsOf(new TreeSet<>(names));
  }

  @ParameterizedTest
  @ValueSource(ints = {1_001, 1_500, 5_000, 50_000})
  void estimatedAbove(int count) {
    List<String> names = names(count);
    NameSample sample = sample(twice(names));
    assertThat(sample.isEstimated()).isTrue();
    assertThat(sample.distinct()).isCloseTo(count, within(count * 15L / 100));
    assertThat(sample.hashes()).hasSize(1_001);
    assertThat(sample.names()).isEqualTo(List.copyOf(new TreeSet<>(names)).subList(0, 100));
  }

  /**
   * The k smallest hashes make an unbiased estimate: over many sets, it is neither high nor low.
   */
  @Test
  void estimatesAreRightOnAverage() {
    double sum = 0;
    for (int set = 0; set < 40; set++) {
      int number = set;
      sum +=
          sample(IntStream.range(0, 3_000).mapToObj(i -> "set" + number + "-" + i).toList())
              .distinct();
    }
    assertThat(sum / 40).isCloseTo(3_000, Percentage.withPercentage(2));
  }

  @Test
  void firstNames() {
    NameSample sample = sample(List.of("root", "admin", "Oracle", "admin", "é", ""));
    assertThat(sample.first(3)).containsExactly("", "Oracle", "admin");
    assertThat(sample.first(100)).containsExactly("", "Oracle", "admin", "root", "é");
    assertThat(sample.first(0)).isEmpty();
  }

  /**
   * Around the limit, and far above it: the sample is that of the set, however it came together.
   */
  @ParameterizedTest
  @ValueSource(ints = {10, 1_000, 1_001, 1_100, 4_000})
  void theSetAloneMatters(int count) {
    List<String> names = names(count);
    NameSample expected = sample(names);
    Random random = new Random(count);
    for (int i = 0; i < 12; i++) {
      List<String> shuffled = twice(names);
      Collections.shuffle(shuffled, random);
      assertThat(mergedAtRandom(shuffled, random)).isEqualTo(expected);
    }
  }

  private static NameSample mergedAtRandom(List<String> names, Random random) {
    if (names.size() < 2 || random.nextInt(8) == 0) {
      return sample(names);
    }
    int middle = random.nextInt(names.size());
    NameSample.Tally merged = new NameSample.Tally();
    merged.add(mergedAtRandom(names.subList(0, middle), random));
    if (random.nextBoolean()) {
      merged.add(mergedAtRandom(names.subList(middle, names.size()), random));
    } else {
      names.subList(middle, names.size()).forEach(merged::add);
    }
    return merged.sample();
  }

  private static NameSample sample(List<String> names) {
    NameSample.Tally tally = new NameSample.Tally();
    names.forEach(tally::add);
    return tally.sample();
  }

  private static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(i -> "user" + i * 31L).toList();
  }

  private static List<String> twice(List<String> names) {
    List<String> twice = new ArrayList<>(names);
    twice.addAll(names);
    return twice;
  }
}
