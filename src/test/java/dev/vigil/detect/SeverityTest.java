package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SeverityTest {

  @Test
  void everyTwoAreInOrder() {
    List<String> order = NaiveFacts.SEVERITIES;
    for (int low = 0; low < order.size(); low++) {
      for (int high = low; high < order.size(); high++) {
        assertThat(Severity.higher(order.get(low), order.get(high))).isEqualTo(order.get(high));
        assertThat(Severity.higher(order.get(high), order.get(low))).isEqualTo(order.get(high));
      }
    }
  }

  @Test
  void unknownWordsAreBelowAllOthersInAlphabeticalOrder() {
    assertThat(Severity.higher("severe", "informational")).isEqualTo("informational");
    assertThat(Severity.higher("severe", "notice")).isEqualTo("severe");
    assertThat(Severity.higher("notice", "severe")).isEqualTo("severe");
  }

  @Test
  void caseCountsOnlyBetweenEquals() {
    assertThat(Severity.higher("CRITICAL", "high")).isEqualTo("CRITICAL");
    assertThat(Severity.higher("HIGH", "critical")).isEqualTo("critical");
    assertThat(Severity.higher("HIGH", "high")).isEqualTo("high");
    assertThat(Severity.higher("high", "HIGH")).isEqualTo("high");
  }

  @Test
  void anySeverityIsHigherThanNone() {
    assertThat(Severity.higher(null, null)).isNull();
    assertThat(Severity.higher("odd", null)).isEqualTo("odd");
    assertThat(Severity.higher(null, "odd")).isEqualTo("odd");
  }
}
