package dev.vigil.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {
  private static final LineContext UTC = new LineContext(ZoneOffset.UTC, null, null);

  @Test
  void scalars() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            " {\"s\":\"a\\\"\\u00e9\\n\", \"e\":\"\", \"i\":7, \"n\":-9223372036854775808,"
                + "\"d\":1.50, \"t\":true, \"f\":false, \"z\":null, \"\":\"unnamed\"} ");
    assertThat(json.text("s")).isEqualTo("a\"é\n");
    assertThat(json.text("e")).isEmpty();
    assertThat(json.text("i")).isEqualTo("7");
    assertThat(json.text("n")).isEqualTo("-9223372036854775808");
    assertThat(json.text("d")).isEqualTo("1.50");
    assertThat(json.text("t")).isEqualTo("true");
    assertThat(json.text("f")).isEqualTo("false");
    assertThat(json.text("z")).isNull();
    assertThat(json.text("")).isEqualTo("unnamed");
    assertThat(json.text("absent")).isNull();
    assertThat(json.number("i")).isEqualTo(7);
    assertThat(json.number("n")).isEqualTo(Long.MIN_VALUE);
    assertThat(json.number("s")).isNull();
    assertThat(json.number("d")).isNull();
    assertThat(json.number("t")).isNull();
    assertThat(json.number("absent")).isNull();
  }

  @Test
  void nestedObjectsAndArrays() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":{\"b\":{\"c\":1},\"d\":[2,3]},\"e\":[[9],{\"x\":9},null,\"four\",5],"
                + "\"f\":[],\"g\":{},\"h\":[null,{\"y\":1}],\"i\":6}");
    assertThat(json.number("a.b.c")).isEqualTo(1);
    assertThat(json.number("a.d")).isEqualTo(2);
    assertThat(json.text("e")).isEqualTo("four");
    assertThat(json.text("e.x")).isNull();
    assertThat(json.text("f")).isNull();
    assertThat(json.text("g")).isNull();
    assertThat(json.text("h")).isNull();
    assertThat(json.text("h.y")).isNull();
    assertThat(json.number("i")).isEqualTo(6);
  }

  @Test
  void theLastOfDuplicateNamesStands() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":1,\"a\":\"2\",\"b\":1,\"b\":null,\"c\":1,\"c\":[2],\"d\":1,\"d\":[],"
                + "\"e\":1,\"e\":{\"x\":2},\"f\":{\"x\":1},\"f\":{\"x\":2}}");
    assertThat(json.text("a")).isEqualTo("2");
    assertThat(json.text("b")).isNull();
    assertThat(json.text("c")).isEqualTo("2");
    assertThat(json.text("d")).isNull();
    assertThat(json.text("e")).isNull();
    assertThat(json.text("e.x")).isEqualTo("2");
    assertThat(json.text("f.x")).isEqualTo("2");
  }

  @Test
  void numbersBeyondLong() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":9223372036854775808,\"b\":1e400,\"c\":1e999999999,\"d\":1e-999999999,"
                + "\"e\":"
                + "9".repeat(900)
                + "}");
    assertThat(json.text("a")).isEqualTo("9223372036854775808");
    assertThat(json.text("c")).isEqualTo("1E+999999999");
    assertThat(json.text("e")).hasSize(900);
    for (String name : new String[] {"a", "b", "c", "d", "e"}) {
      assertThat(json.number(name)).isNull();
      assertThat(json.port(name)).isNull();
      assertThatThrownBy(() -> json.ip(name)).isInstanceOf(MalformedLine.class);
    }
    for (String name : new String[] {"a", "b", "c", "e"}) {
      assertThat(reasonOf(() -> json.time(name, UTC))).isEqualTo("unparsable time");
    }
    assertThat(json.time("d", UTC)).isEqualTo("1970-01-01T00:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"",
        "{\"a\":",
        "{\"a\":1",
        "{\"a\":1,",
        "{\"a\":1,}",
        "{\"a\":[1",
        "{\"a\":[1}",
        "{\"a\":{\"b\":1}",
        "{\"a\":\"x",
        "{\"a\":\"x\\",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":1e}",
        "{\"a\":0x10}",
        "{\"a\":tru}",
        "{\"a\":True}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{\"a\":1} x",
        "{\"a\":1} {}",
        "{\"a\":1}}",
        "{\"a\":1},",
        "{\"a\":1} \u0000",
        "{/**/\"a\":1}",
        "{\"a\":1e99999999999}",
        "{\"a\":1e-99999999999}",
        "{\"a\":1e2147483648}",
      })
  void invalid(String text) {
    assertThat(reasonOf(() -> JsonFields.parse(text))).isEqualTo("invalid JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "1", "\"a\"", "[]", "[{\"a\":1}]", "null", "true"})
  void noObject(String text) {
    assertThat(reasonOf(() -> JsonFields.parse(text))).isEqualTo("not a JSON object");
  }

  @Test
  void bombs() {
    int n = 100_000;
    assertThat(reasonOf(() -> JsonFields.parse("[".repeat(n)))).isEqualTo("not a JSON object");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":" + "[".repeat(n))))
        .isEqualTo("invalid JSON");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":".repeat(n)))).isEqualTo("invalid JSON");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":[".repeat(n)))).isEqualTo("invalid JSON");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":" + "[".repeat(n) + "]".repeat(n) + "}")))
        .isEqualTo("invalid JSON");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":" + "9".repeat(n) + "}")))
        .isEqualTo("invalid JSON");
    assertThat(reasonOf(() -> JsonFields.parse("{\"a\":0." + "9".repeat(n) + "}")))
        .isEqualTo("invalid JSON");
  }

  /** Jackson's table of names throws at, and after, too many names of one hash value. */
  @Test
  void namesThatCollide() throws MalformedLine {
    StringBuilder text = new StringBuilder("{\"x\":1");
    for (int bits = 0; bits < 1 << 12; bits++) {
      text.append(",\"");
      for (int bit = 0; bit < 12; bit++) {
        text.append((bits >> bit & 1) == 0 ? "ab" : "bA");
      }
      text.append("\":1");
    }
    assertThat(JsonFields.parse(text.append("}").toString()).number("x")).isEqualTo(1);
  }

  @Test
  void halfASurrogatePair() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":\"x\\ud83dy\",\"b\":\"\\ude00\\ud83d\",\"c\":\"\\ud83d\\ude00\","
                + "\"d\":\"\\ud83d\\ud83d\\ude00\"}");
    assertThat(json.text("a")).isEqualTo("x\uFFFDy");
    assertThat(json.text("b")).isEqualTo("\uFFFD\uFFFD");
    assertThat(json.text("c")).isEqualTo("\uD83D\uDE00");
    assertThat(json.text("d")).isEqualTo("\uFFFD\uD83D\uDE00");
  }

  @Test
  void ports() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":22,\"b\":\"443\",\"c\":0,\"d\":65535,\"e\":65536,\"f\":-1,\"g\":\"x\",\"h\":1.5,"
                + "\"i\":\"+1\",\"j\":\"\"}");
    assertThat(json.port("a")).isEqualTo(22);
    assertThat(json.port("b")).isEqualTo(443);
    assertThat(json.port("c")).isZero();
    assertThat(json.port("d")).isEqualTo(65_535);
    for (String name : new String[] {"e", "f", "g", "h", "i", "j", "absent"}) {
      assertThat(json.port(name)).as(name).isNull();
    }
  }

  @Test
  void addresses() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":\" 2001:DB8::1 \",\"b\":\"\",\"c\":1,\"d\":\"gateway\",\"e\":[\"192.0.2.1\"]}");
    assertThat(json.ip("a")).isEqualTo("2001:db8::1");
    assertThat(json.ip("e")).isEqualTo("192.0.2.1");
    assertThat(reasonOf(() -> json.ip("b"))).isEqualTo("no b");
    assertThat(reasonOf(() -> json.ip("c"))).isEqualTo("no c");
    assertThat(reasonOf(() -> json.ip("absent"))).isEqualTo("no absent");
    assertThat(reasonOf(() -> json.ip("d"))).isEqualTo("d is not an IP address");
  }

  @Test
  void times() throws MalformedLine {
    JsonFields json =
        JsonFields.parse(
            "{\"a\":\"2026-01-15T08:00:00Z\",\"b\":1768464000,\"c\":1768464000.5,"
                + "\"d\":1768464000500,\"e\":1.768464e9,\"f\":true,\"g\":\"x\","
                + "\"h\":9223372036854775807,\"i\":\"99999999999999999999\",\"j\":-1}");
    assertThat(json.time("a", UTC)).isEqualTo("2026-01-15T08:00:00Z");
    assertThat(json.time("b", UTC)).isEqualTo("2026-01-15T08:00:00Z");
    assertThat(json.time("c", UTC)).isEqualTo("2026-01-15T08:00:00.5Z");
    assertThat(json.time("d", UTC)).isEqualTo("2026-01-15T08:00:00.5Z");
    assertThat(json.time("e", UTC)).isEqualTo("2026-01-15T08:00:00Z");
    assertThat(json.time("j", UTC)).isEqualTo("1969-12-31T23:59:59Z");
    assertThat(reasonOf(() -> json.time("absent", UTC))).isEqualTo("no absent");
    for (String name : new String[] {"f", "g", "h", "i"}) {
      assertThat(reasonOf(() -> json.time(name, UTC))).isEqualTo("unparsable time");
    }
  }

  @Test
  void anyTextIsReadOrMalformed() {
    Random random = new Random(9);
    String text =
        "{\"a\":[1,{\"b\":-2.5e3}],\"c\":{\"d\":\"\\u00e9\\ud83d\",\"e\":null},\"f\":true}";
    String alphabet = "{}[]\",:\\u019-+.eEtn \u0000é";
    for (int i = 0; i < 100_000; i++) {
      StringBuilder changed = new StringBuilder(text);
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        int at = random.nextInt(changed.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        if (random.nextBoolean()) {
          changed.setCharAt(at, c);
        } else {
          changed.insert(at, c);
        }
      }
      try {
        JsonFields json = JsonFields.parse(changed.toString());
        json.time("c.d", UTC);
      } catch (MalformedLine e) {
        assertThat(e.reason())
            .isIn("invalid JSON", "not a JSON object", "no c.d", "unparsable time");
      }
    }
  }

  /** The short way and the long way say the same, also of what is broken. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"x\",\"b\":\"y z\"}",
        " { \"b\" : \"y\" , \"c\" : -120 , \"d\" : null , \"a\" : \"\" } ",
        "{\"c\":0,\"a\":\"1\",\"a\":\"2\",\"d\":[{}],\"e\":true,\"b\":\"false\"}",
        "{\"a\":\"\\u00e9\",\"b\":5,\"f\":1.5e3,\"g\":false}"
      })
  void someMembers(String text) throws MalformedLine {
    List<String> wanted = List.of("a", "b");
    Random random = new Random(11);
    String alphabet = "{}[]\",:\\u019-+.eE tfabrulsn\t\n\u0000\u007f\u00e9\ud83d";
    int read = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder changed = new StringBuilder(text);
      for (int edits = random.nextInt(4); edits > 0; edits--) {
        int at = random.nextInt(changed.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> changed.setCharAt(at, c);
          case 1 -> changed.insert(at, c);
          default -> changed.deleteCharAt(at);
        }
      }
      String line = changed.toString();
      JsonFields all;
      try {
        all = JsonFields.parse(line);
      } catch (MalformedLine e) {
        MalformedLine same =
            catchThrowableOfType(MalformedLine.class, () -> JsonFields.parse(line, wanted));
        assertThat(same).as(line).isNotNull();
        assertThat(same.reason()).as(line).isEqualTo(e.reason());
        continue;
      }
      JsonFields some = JsonFields.parse(line, wanted);
      assertThat(some.text("a")).as(line).isEqualTo(all.text("a"));
      assertThat(some.text("b")).as(line).isEqualTo(all.text("b"));
      read++;
    }
    assertThat(read).isBetween(20_000, 80_000);
    assertThatThrownBy(() -> JsonFields.parse(text, wanted).text("c"))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void plainLoginsNeedNoParser() {
    assertThat(
            PlainJson.strings(
                "{\"login_time\":\"2026-01-15T08:00:00Z\",\"n\":7,\"username\":\"root\"}",
                List.of("username", "source_ip", "login_time")))
        .containsExactly("root", null, "2026-01-15T08:00:00Z");
    for (String text :
        List.of(
            "",
            "{}",
            "{\"a\":\"x\"",
            "{\"a\":\"x\"}{",
            "{\"a\":1}",
            "{\"a\":\"\\n\"}",
            "{\"a\":\"\u00e9\"}",
            "{\"b\":01}",
            "{\"b\":1.5}",
            "{\"b\":[]}",
            "{\"b\":" + "9".repeat(101) + "}")) {
      assertThat(PlainJson.strings(text, List.of("a"))).as(text).isNull();
    }
  }

  private interface Reading {
    Object read() throws MalformedLine;
  }

  private static String reasonOf(Reading reading) {
    MalformedLine e = catchThrowableOfType(MalformedLine.class, reading::read);
    return e == null ? "nothing" : e.reason();
  }
}
