package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.detect.JoinAllPairs;
import dev.vigil.detect.Rewindow;
import dev.vigil.detect.Sides;
import dev.vigil.event.EcsJson;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParseLogs;
import dev.vigil.pipeline.io.FileInput;
import dev.vigil.pipeline.io.ReadAll;
import dev.vigil.pipeline.io.ReadFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.bouncycastle.crypto.digests.Blake2bDigest;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The window counts and both joins against an independent program that computes the same from the
 * same generated logs: with disorder, late events, duplicates, malformed lines, bursts and hot
 * keys.
 */
class OracleTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long JOIN_WINDOW_SECONDS = 300;

  @TempDir Path directory;

  /**
   * @param generate arguments of the generator
   * @param interpret arguments of the reference that change how it reads the logs
   */
  record Case(String name, List<String> generate, List<String> interpret) {
    static Case of(String name, String generate, String interpret) {
      return new Case(
          name,
          Arrays.asList(generate.split(" ")),
          interpret.isEmpty() ? List.of() : Arrays.asList(interpret.split(" ")));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        Case.of(
            "addresses in many spellings, unknown fields",
            "--seed 101 --logins 30000 --ids 3000 --keys 1000 --hot 0.01 --ip-variants --v6 0.3 --extra",
            "--canonical-ip"),
        Case.of(
            "hot keys, many duplicates, malformed and early lines",
            "--seed 202 --logins 30000 --ids 1000 --keys 1000 --hot 0.3 --dup 0.1 --bad 0.05 --future 0.05",
            ""),
        Case.of(
            "a million lines",
            "--seed 303 --logins 1000000 --ids 12000 --keys 4000 --attackers 1000 --hot 0.0003"
                + " --overlap 0.1 --zipf 0.1 --burst 0.05",
            ""));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalsTheReference(Case given) throws Exception {
    Reference reference = Reference.find();
    Path in = directory.resolve("in");
    reference.generate(in, given.generate);
    Path out = directory.resolve("out");
    Path logins = in.resolve("logins.jsonl");
    Path ids = in.resolve("ids.jsonl");

    ProgramRun.ofVigil("--input=" + logins + "," + ids, "--output=" + out).assertDone();

    assertThat(Reference.counts(read(out, Products.SUSPICIOUS_LOGINS)))
        .isEqualTo(reference.counts(logins, given.interpret))
        .isNotEmpty();
    assertThat(Reference.pairs(read(out, Products.ALERTS)))
        .isEqualTo(reference.pairs(logins, ids, JOIN_WINDOW_SECONDS, given.interpret))
        .isNotEmpty();
    assertPairs(given, reference, logins, ids);
    assertEveryLineIsThere(in, out);
  }

  /** Every pair of the plain join, in windows and without. */
  private static void assertPairs(Case given, Reference reference, Path logins, Path ids)
      throws Exception {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--enforceImmutability=false", "--enforceEncodability=false")
                .create());
    PCollectionTuple parsed =
        pipeline
            .apply(
                ReadAll.bounded(
                    ReadFiles.of(
                        List.of(
                            new FileInput(logins.toString(), null),
                            new FileInput(ids.toString(), null)),
                        1 << 20),
                    LogParser.ofAllFormats()))
            .apply(ParseLogs.create().withoutEvents());
    PCollectionTuple sides =
        Sides.of(parsed.get(ParseLogs.LOGINS), parsed.get(ParseLogs.INTRUSIONS));
    for (long window : new long[] {0, JOIN_WINDOW_SECONDS}) {
      JsonNode expected = reference.digest(logins, ids, window, given.interpret);
      JoinAllPairs join =
          window == 0
              ? JoinAllPairs.create()
              : JoinAllPairs.create().withWindow(Duration.ofSeconds(window));
      PCollection<BigInteger> digest =
          sides
              .apply("JoinAllPairs" + window, join)
              .apply("Globally" + window, Rewindow.globally())
              .apply("Digest" + window, ParDo.of(new DigestFn(window)))
              .apply("Sum" + window, Combine.globally(new DigestSum()));
      PAssert.thatSingleton(digest)
          .isEqualTo(
              new BigInteger(expected.get("digest").asText(), 16)
                  .add(DigestSum.ROW.multiply(BigInteger.valueOf(expected.get("rows").asLong()))));
    }
    pipeline.run().waitUntilFinish();
  }

  /** Nothing is lost: every line is an event or a failure. */
  private static void assertEveryLineIsThere(Path in, Path out) throws IOException {
    Reference.Lines lines = Reference.lines(in);
    assertThat(count(out, Products.FAILURES)).isEqualTo(lines.malformed());
    assertThat(count(out, Products.EVENTS)).isEqualTo(lines.all() - lines.malformed());
  }

  /** The reference's digest of each bundle's rows: their sum, and their number above it. */
  private static final class DigestFn extends DoFn<JoinAllPairs.Pair, BigInteger> {
    private static final long serialVersionUID = 1L;

    private final long windowSeconds;
    private transient BigInteger sum;

    DigestFn(long windowSeconds) {
      this.windowSeconds = windowSeconds;
    }

    @StartBundle
    public void startBundle() {
      sum = BigInteger.ZERO;
    }

    @ProcessElement
    public void add(@Element JoinAllPairs.Pair pair) {
      ObjectNode row = JSON.createObjectNode();
      row.put("attack_classification", pair.classification());
      row.put("event_time", EcsJson.iso(pair.intrusionTime()));
      row.put("login_time", EcsJson.iso(pair.loginTime()));
      row.put("severity", pair.severity());
      row.put("source_ip", pair.source());
      row.put("username", pair.user());
      if (windowSeconds > 0) {
        long start =
            Math.floorDiv(pair.loginTime().getEpochSecond(), windowSeconds) * windowSeconds;
        row.put("window_start", EcsJson.iso(Instant.ofEpochSecond(start)));
      }
      try {
        byte[] bytes = JSON.writeValueAsBytes(row);
        Blake2bDigest blake = new Blake2bDigest(128);
        blake.update(bytes, 0, bytes.length);
        byte[] hash = new byte[16];
        blake.doFinal(hash, 0);
        sum = DigestSum.plus(sum, new BigInteger(1, hash).add(DigestSum.ROW));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }

    @FinishBundle
    public void finishBundle(FinishBundleContext context) {
      context.output(sum, GlobalWindow.INSTANCE.maxTimestamp(), GlobalWindow.INSTANCE);
    }
  }

  private static final class DigestSum extends Combine.BinaryCombineFn<BigInteger> {
    private static final long serialVersionUID = 1L;

    /** One row, in the digits above the sum's 128 bits. */
    static final BigInteger ROW = BigInteger.ONE.shiftLeft(128);

    @Override
    public BigInteger apply(BigInteger left, BigInteger right) {
      return plus(left, right);
    }

    @Override
    public BigInteger identity() {
      return BigInteger.ZERO;
    }

    static BigInteger plus(BigInteger a, BigInteger b) {
      BigInteger sum = a.mod(ROW).add(b.mod(ROW)).mod(ROW);
      return a.shiftRight(128).add(b.shiftRight(128)).shiftLeft(128).add(sum);
    }
  }

  private static List<JsonNode> read(Path out, String product) throws IOException {
    List<JsonNode> records = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(out, product + "-*.jsonl")) {
      for (Path file : files) {
        for (String line : Files.readAllLines(file)) {
          records.add(JSON.readTree(line));
        }
      }
    }
    return records;
  }

  private static long count(Path out, String product) throws IOException {
    long count = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(out, product + "-*.jsonl")) {
      for (Path file : files) {
        try (Stream<String> lines = Files.lines(file)) {
          count += lines.count();
        }
      }
    }
    return count;
  }
}
