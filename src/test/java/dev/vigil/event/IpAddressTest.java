package dev.vigil.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "0.0.0.0, 0.0.0.0",
    "255.255.255.255, 255.255.255.255",
    "[192.0.2.1], 192.0.2.1",
    "::, ::",
    "::1, ::1",
    "1::, 1::",
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "2001:DB8::A, 2001:db8::a",
    "2001:0db8:0000:0000:0000:0000:0000:0001, 2001:db8::1",
    // RFC 5952, section 4.2.2: one zero group alone is written out
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "2001:db8::1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    // 4.2.3: the longest run, and of equals the first
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "0:0:1:0:0:0:0:0, 0:0:1::",
    "1:0:0:2:3:4:0:0, 1::2:3:4:0:0",
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
    "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::FFFF:c000:0201, 192.0.2.1",
    "0:0:0:0:0:ffff:192.0.2.1, 192.0.2.1",
    "::ffff:0.0.0.0, 0.0.0.0",
    "[::ffff:192.0.2.1], 192.0.2.1",
    // neither of these is IPv4-mapped
    "::192.0.2.1, ::c000:201",
    "::ffff:0:192.0.2.1, ::ffff:0:c000:201",
    "1::ffff:192.0.2.1, 1::ffff:c000:201",
    "64:ff9b::192.0.2.1, 64:ff9b::c000:201",
    "1:2:3:4:5:6:192.0.2.1, 1:2:3:4:5:6:c000:201",
    "fe80::1%eth0, fe80::1",
    "fe80::1%25, fe80::1",
    "[fe80::1%eth0], fe80::1",
    "[2001:db8::1], 2001:db8::1",
  })
  void canonical(String text, String expected) {
    assertThat(IpAddress.canonical(text)).isEqualTo(expected);
    assertThat(IpAddress.canonical(expected)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        ".",
        "...",
        ":",
        ":::",
        "::::",
        ":1",
        "1:",
        "::1:",
        ":1::",
        "1::2::3",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8:",
        "1::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "::00001",
        "::g",
        "::-1",
        "::+1",
        ":: 1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.",
        ".1.2.3.4",
        "1..2.3",
        "256.1.1.1",
        "1.1.1.256",
        "1000.1.1.1",
        "010.1.1.1",
        "1.1.1.01",
        "00.0.0.0",
        "+1.1.1.1",
        "1.1.1.-1",
        "0x7f.0.0.1",
        "2130706433",
        "127.1",
        " 1.2.3.4",
        "1.2.3.4 ",
        "1.2.3.4\n",
        "1.2.3.4\u0000",
        "1.2.3.4:80",
        "1.2.3.4/32",
        "1.2.3.4%eth0",
        "::1/128",
        "::1 ",
        "[::1",
        "::1]",
        "[]",
        "[[::1]]",
        "[::1]:80",
        "fe80::1%",
        "[fe80::1%]",
        "%eth0",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.256",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1.2.3.4::",
        "::ffff:01.2.3.4",
        "\uFF11.2.3.4",
        "1.2.3.\u0664",
        "::\uFF11",
        "::\uFF21",
        "::\u0661",
        "1。2。3。4",
        "localhost",
        "a.b.c.d",
        "dead.beef",
      })
  void refused(String text) {
    assertThat(IpAddress.canonical(text)).isNull();
  }

  @Test
  void everySpellingOfRandomAddressesMeansTheSameBytes() throws UnknownHostException {
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(4) == 0 ? 4 : 16];
      random.nextBytes(bytes);
      // Zero groups make the interesting spellings.
      for (int b = 0; b < bytes.length; b += 2) {
        if (random.nextInt(3) > 0) {
          bytes[b] = 0;
          bytes[b + 1] = (byte) random.nextInt(2);
        }
      }
      InetAddress address = InetAddress.getByAddress(bytes);
      String canonical = IpAddress.canonical(address.getHostAddress());
      assertThat(canonical).as("%s", address).isNotNull();
      assertThat(InetAddress.getByName(canonical)).isEqualTo(address);
      assertThat(IpAddress.canonical(canonical)).isEqualTo(canonical);
      if (address instanceof Inet4Address) {
        assertThat(canonical).isEqualTo(address.getHostAddress());
        assertThat(IpAddress.canonical("::ffff:" + canonical)).isEqualTo(canonical);
      } else {
        assertThat(canonical)
            .matches("[0-9a-f:]+")
            .doesNotContain(":::")
            .doesNotContainPattern("(^|:)0[0-9a-f]");
        assertThat(canonical.contains("::"))
            .isEqualTo((":" + address.getHostAddress() + ":").contains(":0:0:"));
        assertThat(canonical).hasSizeLessThanOrEqualTo(address.getHostAddress().length());
      }
    }
  }

  @Test
  void anyTextGivesAnAddressThatStandsOrNull() {
    Random random = new Random(43);
    String alphabet = "0123456789abcdefABCDEFgx:::....%[] -\uFF11é";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(20); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String canonical = IpAddress.canonical(text.toString());
      if (canonical != null) {
        assertThat(IpAddress.canonical(canonical)).isEqualTo(canonical);
      }
    }
  }
}
