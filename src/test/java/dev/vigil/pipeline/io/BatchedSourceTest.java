package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import dev.vigil.parse.ParsedLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.UnboundedReader;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * On Beam's source of numbers, which never waits, and whose watermark is its last record's time.
 */
class BatchedSourceTest {
  private static final LogParser PARSER = LogParser.ofAllFormats();
  private static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();
  private static final String LONG = "x".repeat(300_000);

  /** Two and two in the wrong order: 1, 0, 3, 2 … milliseconds. */
  private static Instant time(long number) {
    return Instant.ofEpochMilli(number ^ 1);
  }

  private static ParsedLine line(String text) {
    return PARSER.parse(
        LogLine.of(text.getBytes(StandardCharsets.UTF_8), Provenance.ofFile("numbers", 0)));
  }

  @SuppressWarnings("deprecation") // it is for Beam's own use, and for tests
  private static <M extends UnboundedSource.CheckpointMark> BatchedSource<Long, M> source(
      SerializableFunction<Long, ParsedLine> toLine) {
    @SuppressWarnings("unchecked") // the mark's class is not to be had
    UnboundedSource<Long, M> numbers =
        (UnboundedSource<Long, M>)
            (UnboundedSource<Long, ?>)
                CountingSource.unboundedWithTimestampFn(BatchedSourceTest::time);
    return BatchedSource.of(numbers, toLine, PARSER);
  }

  private static <M extends UnboundedSource.CheckpointMark> BatchedSource<Long, M> numbers() {
    return source(number -> line(number.toString()));
  }

  private static List<String> texts(ParsedLines batch) {
    return batch.lines().stream()
        .map(line -> new String(line.line().bytes(), StandardCharsets.UTF_8))
        .toList();
  }

  private static List<String> from(long first) {
    return LongStream.range(first, first + 500).mapToObj(Long::toString).toList();
  }

  @Test
  void fiveHundredLinesWithTheEarliestOfTheirTimes() throws IOException {
    UnboundedReader<ParsedLines> reader = numbers().createReader(OPTIONS, null);
    assertThat(reader.start()).isTrue();
    assertThat(texts(reader.getCurrent())).isEqualTo(from(0));
    assertThat(reader.getCurrentTimestamp()).isEqualTo(Instant.ofEpochMilli(0));
    assertThat(reader.advance()).isTrue();
    assertThat(texts(reader.getCurrent())).isEqualTo(from(500));
    assertThat(reader.getCurrentTimestamp()).isEqualTo(Instant.ofEpochMilli(500));
  }

  /** What was told after a batch was read says nothing of that batch. */
  @Test
  void theWatermarkThatWasToldBeforeABatch() throws IOException {
    UnboundedReader<ParsedLines> reader = numbers().createReader(OPTIONS, null);
    reader.start();
    assertThat(reader.getCurrent().watermark()).isEqualTo(1);
    reader.advance();
    assertThat(reader.getCurrent().watermark()).isEqualTo(1);
    assertThat(reader.getWatermark()).isEqualTo(time(999));
    assertThat(reader.getCurrent().watermark()).isEqualTo(1);
    reader.advance();
    assertThat(reader.getCurrent().watermark()).isEqualTo(time(999).getMillis());
  }

  @Test
  void goesOnBehindTheLastBatch() throws IOException {
    BatchedSource<Long, UnboundedSource.CheckpointMark> source = numbers();
    UnboundedReader<ParsedLines> reader = source.createReader(OPTIONS, null);
    reader.start();
    reader.advance();
    reader = source.createReader(OPTIONS, reader.getCheckpointMark());
    assertThat(reader.start()).isTrue();
    assertThat(texts(reader.getCurrent())).isEqualTo(from(1_000));
  }

  @Test
  void fewLongLines() throws IOException {
    UnboundedReader<ParsedLines> reader =
        source(number -> line(number + LONG)).createReader(OPTIONS, null);
    reader.start();
    assertThat(texts(reader.getCurrent()))
        .containsExactly("0" + LONG, "1" + LONG, "2" + LONG, "3" + LONG);
    reader.advance();
    assertThat(texts(reader.getCurrent())).first().isEqualTo("4" + LONG);
  }

  @Test
  void partsShareTheRecords() throws Exception {
    List<List<String>> parts = new ArrayList<>();
    for (UnboundedSource<ParsedLines, ?> part : numbers().split(2, OPTIONS)) {
      UnboundedReader<ParsedLines> reader = part.createReader(OPTIONS, null);
      reader.start();
      parts.add(texts(reader.getCurrent()).subList(0, 3));
    }
    assertThat(parts).containsExactly(List.of("0", "2", "4"), List.of("1", "3", "5"));
  }
}
