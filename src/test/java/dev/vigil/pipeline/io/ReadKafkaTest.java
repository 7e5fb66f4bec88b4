package dev.vigil.pipeline.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Ecs;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLine;
import dev.vigil.parse.ParsedLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.kafka.KafkaCheckpointMark;
import org.apache.beam.sdk.runners.TransformHierarchy;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

/**
 * What a job keeps of its reading, byte for byte: one that replaces it, or goes on from its
 * checkpoint, has to read that. Where these bytes change, running jobs have to begin anew.
 */
class ReadKafkaTest {
  private static final LogParser PARSER = LogParser.ofAllFormats();
  private static final HexFormat HEX = HexFormat.of();

  @SuppressWarnings("unchecked") // KafkaIO's own source is in it
  private static UnboundedSource<ParsedLines, KafkaCheckpointMark> source() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(
        ReadKafka.of(
            KafkaConnection.of(Map.of("bootstrap.servers", "127.0.0.1:1"), null),
            List.of(new TopicInput("Logins", null)),
            1_000,
            PARSER));
    List<UnboundedSource<?, ?>> found = new ArrayList<>();
    pipeline.traverseTopologically(
        new Pipeline.PipelineVisitor.Defaults() {
          @Override
          public CompositeBehavior enterCompositeTransform(TransformHierarchy.Node node) {
            if (node.getTransform() instanceof Read.Unbounded<?> read) {
              found.add(read.getSource());
            }
            return CompositeBehavior.ENTER_TRANSFORM;
          }
        });
    assertThat(found).hasSize(1);
    return (UnboundedSource<ParsedLines, KafkaCheckpointMark>) found.get(0);
  }

  @Test
  void howFarPartitionsWereRead() throws IOException {
    Coder<KafkaCheckpointMark> coder = source().getCheckpointMarkCoder();
    byte[] kept = HEX.parseHex("04d00f060c4c6f67696e738090d98af86600080c4c6f67696e730100");
    KafkaCheckpointMark mark =
        new KafkaCheckpointMark(
            List.of(
                new KafkaCheckpointMark.PartitionMark("Logins", 3, 1_000, 1_768_464_000_000L),
                new KafkaCheckpointMark.PartitionMark("Logins", 4, 0, -1)),
            Optional.empty());
    assertThat(HEX.formatHex(CoderUtils.encodeToByteArray(coder, mark)))
        .isEqualTo(HEX.formatHex(kept));
    assertThat(CoderUtils.decodeFromByteArray(coder, kept).getPartitions())
        .extracting(Object::toString)
        .isEqualTo(mark.getPartitions().stream().map(Object::toString).toList());
  }

  @Test
  void linesOnTheirWay() throws IOException {
    Coder<ParsedLines> coder = source().getOutputCoder();
    byte[] kept =
        HEX.parseHex(
            "80c8ac85bc3300000002" // the watermark, and how many lines
                + "0601"
                + "20027b7d0301030300064c6f67696e7303e807020080bda2cb0600066c6f67696e7302"
                + "06012c0261ff0301030300034944530007d00f");
    List<LogLine> lines =
        List.of(
            LogLine.of(
                    "{}".getBytes(StandardCharsets.UTF_8), Provenance.ofKafka("Logins", 3, 1_000))
                .withWritten(Instant.parse("2026-01-15T08:00:00Z"))
                .withFormat("logins"),
            new LogLine(
                new byte[] {'a', (byte) 0xff},
                new Provenance(null, null, new Ecs.Kafka("IDS", 0, 7)),
                null,
                null,
                2_000,
                null));
    ParsedLines batch =
        new ParsedLines(lines.stream().map(PARSER::parse).toList(), 1_768_464_000_000L);
    assertThat(HEX.formatHex(CoderUtils.encodeToByteArray(coder, batch)))
        .isEqualTo(HEX.formatHex(kept));
    ParsedLines read = CoderUtils.decodeFromByteArray(coder, kept);
    assertThat(read.watermark()).isEqualTo(1_768_464_000_000L);
    assertThat(read.lines()).extracting(ParsedLine::line).isEqualTo(lines);
  }
}
