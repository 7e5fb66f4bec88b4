package dev.vigil.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  /** Computed with Python: sha256 over each part behind struct.pack('>I', its length). */
  @Test
  void knownValues() {
    assertThat(Fingerprint.of()).isEqualTo("e3b0c44298fc1c149afbf4c8996fb924");
    assertThat(Fingerprint.of("")).isEqualTo("df3f619804a92fdb4057192dc43dd748");
    assertThat(Fingerprint.of("abc")).isEqualTo("d04b72a650ce0f8ce4963330a53ee283");
    assertThat(Fingerprint.of("Zoë €")).isEqualTo("4a41acd248434d37a6b7db358b94284d");
    assertThat(Provenance.ofFile("/var/log/auth.log", 1024).eventId())
        .isEqualTo(Fingerprint.of("file", "/var/log/auth.log", "1024"))
        .isEqualTo("29c177e3b161527b5d342bcda794e017");
    assertThat(Provenance.ofKafka("logs", 3, 17).eventId())
        .isEqualTo("a13ffa26f55b8fcd67737a73a6294399");
  }

  @Test
  void whereOnePartEndsMatters() {
    assertThat(
            Stream.of(
                Fingerprint.of("ab", "c"),
                Fingerprint.of("a", "bc"),
                Fingerprint.of("abc"),
                Fingerprint.of("abc", ""),
                Fingerprint.of("", "abc"),
                Fingerprint.of("a\u0000", "bc"),
                Fingerprint.of("a", "\u0000bc"),
                Fingerprint.of("a\u0000\u0000\u0000\u0002bc")))
        .doesNotHaveDuplicates();
  }

  @Test
  void differentPartsGiveDifferentFingerprints() {
    Random random = new Random(7);
    Map<String, List<String>> seen = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      String[] parts = new String[random.nextInt(4)];
      for (int p = 0; p < parts.length; p++) {
        parts[p] = "ab".repeat(2).substring(random.nextInt(5));
      }
      String fingerprint = Fingerprint.of(parts);
      assertThat(fingerprint).matches("[0-9a-f]{32}");
      List<String> other = seen.putIfAbsent(fingerprint, List.of(parts));
      assertThat(other == null ? List.of(parts) : other).containsExactly(parts);
    }
  }
}
