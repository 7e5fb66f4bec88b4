package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.io.kafka.KafkaTimestampType;
import org.apache.beam.sdk.io.kafka.TimestampPolicy;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class EventTimePoliciesTest {
  private static final TopicPartition PARTITION = new TopicPartition("logs", 0);
  private static final Instant NOW = Instant.parse("2026-01-15T12:00:00Z");
  private static final Instant NEVER =
      Instant.ofEpochMilli(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis());
  private static final long UNKNOWN = -1;

  private final Ticker clock = new Ticker();
  private final ReadProgress progress = new ReadProgress();
  private EventTimePolicies<byte[]> policies = policies(Duration.ofSeconds(30), false);
  private TimestampPolicy<byte[], byte[]> policy = create(null);
  private long offset = 100;

  private static final class Ticker extends Clock implements Serializable {
    private static final long serialVersionUID = 1L;

    private Instant now = NOW;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }

  private EventTimePolicies<byte[]> policies(Duration idle, boolean replay) {
    return new EventTimePolicies<>(
        new EventTimePolicies.Config<>(
            record -> {
              String text = new String(record.getKV().getValue(), StandardCharsets.UTF_8);
              return text.isEmpty() ? null : Instant.parse(text);
            },
            Duration.ofSeconds(5),
            idle,
            replay,
            clock),
        progress);
  }

  private TimestampPolicy<byte[], byte[]> create(@Nullable Instant previous) {
    return policies.createTimestampPolicy(
        PARTITION,
        Optional.ofNullable(previous)
            .map(time -> org.joda.time.Instant.ofEpochMilli(time.toEpochMilli())));
  }

  private TimestampPolicy.PartitionContext context(long backlog) {
    return new TimestampPolicy.PartitionContext() {
      @Override
      public long getMessageBacklog() {
        return backlog;
      }

      @Override
      public org.joda.time.Instant getBacklogCheckTime() {
        return org.joda.time.Instant.ofEpochMilli(clock.millis());
      }
    };
  }

  /** The time that a record with this content gets. */
  private Instant read(@Nullable Instant time) {
    byte[] value = (time == null ? "" : time.toString()).getBytes(StandardCharsets.UTF_8);
    return Instant.ofEpochMilli(
        policy
            .getTimestampForRecord(
                context(UNKNOWN),
                new KafkaRecord<>(
                    "logs", 0, offset++, 0, KafkaTimestampType.CREATE_TIME, null, null, value))
            .getMillis());
  }

  private Instant watermark(long backlog) {
    return Instant.ofEpochMilli(policy.getWatermark(context(backlog)).getMillis());
  }

  private void pass(Duration time) {
    clock.now = clock.now.plus(time);
  }

  @Test
  void theWatermarkStaysBehindTheLatestTimeByTheDisorder() {
    assertThat(watermark(3)).isEqualTo(NEVER);
    assertThat(read(NOW.minusSeconds(60))).isEqualTo(NOW.minusSeconds(60));
    assertThat(watermark(2)).isEqualTo(NOW.minusSeconds(65));
    assertThat(read(NOW.minusSeconds(70))).isEqualTo(NOW.minusSeconds(70));
    assertThat(watermark(1)).isEqualTo(NOW.minusSeconds(65));
    assertThat(read(NOW.minusSeconds(50))).isEqualTo(NOW.minusSeconds(50));
    assertThat(watermark(0)).isEqualTo(NOW.minusSeconds(55));
  }

  @Test
  void aRecordWithoutATimeIsAsOldAsTheLatestAndMovesNothing() {
    assertThat(read(null)).isEqualTo(NEVER);
    assertThat(watermark(2)).isEqualTo(NEVER);
    read(NOW.minusSeconds(60));
    assertThat(read(null)).isEqualTo(NOW.minusSeconds(60));
    assertThat(watermark(0)).isEqualTo(NOW.minusSeconds(65));
  }

  /** A source whose clock is fast. */
  @Test
  void aTimeAheadOfTheClockMovesTheWatermarkToTheClockAtMost() {
    assertThat(read(NOW.plusSeconds(200))).isEqualTo(NOW.plusSeconds(200));
    assertThat(watermark(1)).isEqualTo(NOW.minusSeconds(5));
    pass(Duration.ofSeconds(10));
    read(NOW.plusSeconds(201));
    assertThat(watermark(1)).isEqualTo(NOW.plusSeconds(5));
    // Nor must it make time stand still until the others have caught up.
    pass(Duration.ofSeconds(20));
    read(NOW.plusSeconds(29));
    assertThat(watermark(1)).isEqualTo(NOW.plusSeconds(24));
  }

  @Test
  void aPartitionThatNeverHasARecordGoesWithTheClock() {
    pass(Duration.ofSeconds(29));
    assertThat(watermark(0)).isEqualTo(NEVER);
    pass(Duration.ofSeconds(1));
    assertThat(watermark(0)).isEqualTo(NOW);
    pass(Duration.ofSeconds(7));
    assertThat(watermark(0)).isEqualTo(NOW.plusSeconds(7));
  }

  @Test
  void aPartitionThatFallsSilentGoesWithTheClock() {
    pass(Duration.ofSeconds(20));
    read(NOW.minusSeconds(100));
    pass(Duration.ofSeconds(29));
    assertThat(watermark(0)).isEqualTo(NOW.minusSeconds(105));
    pass(Duration.ofSeconds(1));
    assertThat(watermark(0)).isEqualTo(NOW.plusSeconds(20));
  }

  @Test
  void aPartitionThatHasMoreDoesNot() {
    pass(Duration.ofSeconds(100));
    assertThat(watermark(1)).isEqualTo(NEVER);
    assertThat(watermark(UNKNOWN)).isEqualTo(NEVER);
  }

  @Test
  void anIdleTimeOfZeroIsForEver() {
    policies = policies(Duration.ZERO, false);
    policy = create(null);
    pass(Duration.ofDays(1));
    assertThat(watermark(0)).isEqualTo(NEVER);
  }

  @Test
  void inAReplayOnlyPartitionsWithoutRecordsGoWithTheClock() {
    policies = policies(Duration.ofSeconds(30), true);
    policy = create(null);
    pass(Duration.ofSeconds(30));
    assertThat(watermark(0)).isEqualTo(NOW);

    policy = create(null);
    Instant weekAgo = NOW.minus(Duration.ofDays(7));
    read(weekAgo);
    pass(Duration.ofSeconds(100));
    assertThat(watermark(0)).isEqualTo(weekAgo.minusSeconds(5));

    // Also when its reader is made anew.
    policy = create(weekAgo.minusSeconds(5));
    pass(Duration.ofSeconds(100));
    assertThat(watermark(0)).isEqualTo(weekAgo.minusSeconds(5));
  }

  /** In a JVM that has seen nothing, what tells is whether there were records before its place. */
  @Test
  void aReplayThatGoesOnFromACheckpoint() {
    policies = policies(Duration.ofSeconds(30), true);
    Instant weekAgo = NOW.minus(Duration.ofDays(7));
    policy = create(weekAgo);
    progress.startsAt(PARTITION, 100, true);
    pass(Duration.ofSeconds(100));
    assertThat(watermark(0)).isEqualTo(weekAgo);

    progress.startsAt(PARTITION, 0, false);
    assertThat(watermark(0)).isEqualTo(NOW.plusSeconds(70));
    policy = create(NOW.plusSeconds(70));
    pass(Duration.ofSeconds(10));
    assertThat(watermark(0)).isEqualTo(NOW.plusSeconds(80));
  }

  /** Some runners make readers anew many times a second: none of them would live long enough. */
  @Test
  void whatAReaderKnewTheNextOneKnows() {
    read(NOW.minusSeconds(60));
    for (int i = 0; i < 30; i++) {
      policy = create(NOW.minusSeconds(65));
      assertThat(watermark(0)).isEqualTo(NOW.minusSeconds(65));
      pass(Duration.ofSeconds(1));
    }
    policy = create(NOW.minusSeconds(65));
    assertThat(watermark(0)).isEqualTo(NOW);
  }

  @Test
  void theWatermarkOfACheckpointHolds() {
    policy = create(NOW.minusSeconds(10));
    assertThat(watermark(5)).isEqualTo(NOW.minusSeconds(10));
    assertThat(read(null)).isEqualTo(NOW.minusSeconds(10));
    read(NOW.minusSeconds(20));
    assertThat(watermark(5)).isEqualTo(NOW.minusSeconds(10));
  }

  @Test
  void markersOfTransactionsAreNoBacklog() {
    progress.begin(List.of(PARTITION));
    progress.standsAt(PARTITION, 100);
    progress.polled(PARTITION, List.of(consumed(100), consumed(101)), 102);
    assertThat(progress.isAtEnd(PARTITION, -1, 3)).isFalse(); // two records and a marker
    assertThat(progress.isAtEnd(PARTITION, 101, 2)).isFalse(); // one of them was taken
    assertThat(progress.isAtEnd(PARTITION, 102, 1)).isFalse(); // is it a marker or a record?
    progress.polled(PARTITION, List.of(), 103);
    assertThat(progress.isAtEnd(PARTITION, 101, 2)).isFalse();
    assertThat(progress.isAtEnd(PARTITION, 102, 1)).isTrue();
    assertThat(progress.isAtEnd(PARTITION, 102, 2)).isFalse(); // another one has come since
    assertThat(progress.isAtEnd(PARTITION, 102, 0)).isTrue();
    assertThat(progress.isAtEnd(PARTITION, 102, UNKNOWN)).isFalse();
  }

  /** While a leader changes, a consumer cannot say where it is. */
  @Test
  void aConsumerThatDoesNotKnowItsPosition() {
    progress.startsAt(PARTITION, 100, false);
    progress.polled(PARTITION, List.of(consumed(100), consumed(101)), -1);
    assertThat(progress.position(PARTITION)).isEqualTo(102);
    assertThat(progress.isAtEnd(PARTITION, 101, 1)).isFalse();
    progress.polled(PARTITION, List.of(), -1);
    assertThat(progress.position(PARTITION)).isEqualTo(102);
    assertThat(progress.isAtEnd(PARTITION, 102, 1)).isFalse();
  }

  @Test
  void nothingButMarkers() {
    progress.startsAt(PARTITION, 100, false);
    progress.polled(PARTITION, List.of(), 107);
    assertThat(progress.isAtEnd(PARTITION, -1, 7)).isTrue();
    assertThat(progress.isAtEnd(PARTITION, -1, 8)).isFalse();
    assertThat(progress.isAtEnd(new TopicPartition("logs", 1), -1, 7)).isFalse();
  }

  /**
   * The progress that consumers tell and policies ask for must be one after the way to a worker.
   */
  @Test
  void consumersAndPoliciesTravelTogether() {
    record Both(ReadProgress told, EventTimePolicies<byte[]> asked) implements Serializable {}
    Both copy = SerializableUtils.clone(new Both(progress, policies));
    policies = copy.asked;
    policy = create(null);
    copy.told.startsAt(PARTITION, 100, false);
    copy.told.polled(PARTITION, List.of(), 107);
    pass(Duration.ofSeconds(60));
    assertThat(watermark(7)).isEqualTo(NOW.plusSeconds(30));
  }

  private static ConsumerRecord<byte[], byte[]> consumed(long at) {
    return new ConsumerRecord<>("logs", 0, at, null, null);
  }
}
