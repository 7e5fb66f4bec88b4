package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutageTest {
  private final Outage outage = new Outage("the server");

  private String trouble(long second) {
    return outage.goesOn(TimeUnit.SECONDS.toNanos(second), "answers 503");
  }

  private String over(long second) {
    return outage.isOver(TimeUnit.SECONDS.toNanos(second));
  }

  @Test
  void isToldAtOnceThenByTheMinuteAndWhenItIsOver() {
    assertThat(trouble(-10)).isEqualTo("the server answers 503: trying again until it is back");
    assertThat(trouble(0)).isNull();
    assertThat(trouble(49)).isNull();
    assertThat(trouble(50))
        .isEqualTo("the server answers 503: trying again until it is back, after 60 s");
    assertThat(trouble(109)).isNull();
    assertThat(trouble(111))
        .isEqualTo("the server answers 503: trying again until it is back, after 121 s");
    assertThat(over(115)).isEqualTo("the server is back, after 125 s");
    assertThat(over(116)).isNull();
  }

  /** Who comes and goes is told once a minute, and is back only for those who heard of it. */
  @Test
  void comingAndGoing() {
    assertThat(trouble(0)).isNotNull();
    assertThat(over(1)).isEqualTo("the server is back, after 1 s");
    assertThat(trouble(2)).isNull();
    assertThat(over(3)).isNull();
    assertThat(trouble(30)).isNull();
    assertThat(trouble(60))
        .isEqualTo("the server answers 503: trying again until it is back, after 30 s");
    assertThat(over(61)).isEqualTo("the server is back, after 31 s");
  }

  @Test
  void withoutTroubleThereIsNothingToTell() {
    assertThat(over(0)).isNull();
  }
}
