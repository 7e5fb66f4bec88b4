package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.SecurityEvent;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebAccessFormatTest {
  private static final String COMBINED =
      """
      198.51.100.7 - alice [03/Feb/2026:04:05:06 -0330] "POST /cart/add.php?id=7&n=2 HTTP/1.1" 302 512 "https://shop.example/cart" "Crawler/3.1 (test)\"""";

  private final LogFormat format = new WebAccessFormat();

  @Test
  void combined() {
    assertEvent(
        format,
        COMBINED,
        """
        {'@timestamp':'2026-02-03T07:35:06.000Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'success'},
         'source':{'address':'198.51.100.7','ip':'198.51.100.7'},
         'user':{'name':'alice'},
         'http':{'request':{'method':'POST','referrer':'https://shop.example/cart'},
                 'response':{'status_code':302,'body':{'bytes':512}},'version':'1.1'},
         'url':{'original':'/cart/add.php?id=7&n=2','path':'/cart/add.php','query':'id=7&n=2','extension':'php'},
         'user_agent':{'original':'Crawler/3.1 (test)'},
         'related':{'ip':['198.51.100.7'],'user':['alice']}}""");
  }

  @Test
  void commonWithNothingGiven() {
    assertEvent(
        format,
        "2001:DB8:0:0::9 - - [31/Dec/2025:23:59:60 +0000] \"-\" 408 -",
        """
        {'@timestamp':'2026-01-01T00:00:00.000Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'failure'},
         'source':{'address':'2001:db8::9','ip':'2001:db8::9'},
         'http':{'response':{'status_code':408}},
         'related':{'ip':['2001:db8::9']}}""");
  }

  @Test
  void virtualHostAndClientName() {
    assertEvent(
        format,
        "shop.example:8443 pc4.lan - - [03/Feb/2026:04:05:06.789 +0000] \"GET / HTTP/2.0\" 401 0"
            + " \"-\" \"-\" \"203.0.113.9\" 0.004",
        """
        {'@timestamp':'2026-02-03T04:05:06.789Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'failure'},
         'source':{'address':'pc4.lan','domain':'pc4.lan'},
         'destination':{'address':'shop.example','domain':'shop.example','port':8443},
         'http':{'request':{'method':'GET'},'response':{'status_code':401,'body':{'bytes':0}},'version':'2.0'},
         'url':{'original':'/','path':'/'}}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // prefix                                     | source         | destination  | user
        "198.51.100.7 - -                             | 198.51.100.7   |              | ",
        "198.51.100.7 -                               | 198.51.100.7   |              | ",
        "198.51.100.7 bob                             | 198.51.100.7   |              | bob",
        "198.51.100.7 identd bob                      | 198.51.100.7   |              | bob",
        "198.51.100.7 - \"\"                          | 198.51.100.7   |              | ",
        "198.51.100.7 - bob b. baker                  | 198.51.100.7   |              | bob b. baker",
        "198.51.100.7 - 203.0.113.1 - -               | 198.51.100.7   |              | 203.0.113.1 - -",
        "198.51.100.7 203.0.113.1 bob                 | 198.51.100.7   |              | bob",
        "198.51.100.7 - Baker, Bob                    | 198.51.100.7   |              | Baker, Bob",
        "198.51.100.7 - [bob]                         | 198.51.100.7   |              | [bob]",
        "- - -                                        |                |              | ",
        "unix: - -                                    |                |              | ",
        "a.example 198.51.100.7 - -                   | 198.51.100.7   | a.example    | ",
        "a.example 198.51.100.7 -                     | 198.51.100.7   | a.example    | ",
        "192.0.2.2:80 198.51.100.7 - bob              | 198.51.100.7   | 192.0.2.2    | bob",
        "192.0.2.2 198.51.100.7 - bob                 | 198.51.100.7   | 192.0.2.2    | bob",
        "[2001:db8::2]:80 2001:db8::1 - -             | 2001:db8::1    | 2001:db8::2  | ",
        "2001:db8::2 2001:db8::1 - -                  | 2001:db8::1    | 2001:db8::2  | ",
        "_ 198.51.100.7 - -                           | 198.51.100.7   | _            | ",
        "\"10.0.0.2\" - bob                            | 10.0.0.2       |              | bob",
        "a.example b.example - bob baker              | b.example      | a.example    | bob baker",
        "10.0.0.2, 10.0.0.1, 127.0.0.1 - -            | 10.0.0.2       |              | ",
        "10.1.2.3, 198.51.100.7, 203.0.113.1 - bob    | 198.51.100.7   |              | bob",
        "10.1.2.3, 198.51.100.7 10.2.1.1 - -          | 198.51.100.7   |              | ",
        "172.16.0.1, 172.31.0.1, 172.32.0.1 - -       | 172.32.0.1     |              | ",
        "::1, fd00::1, fe80::1, fc::1 - -             | fc::1          |              | ",
        "unknown, 10.0.0.1 - -                        | unknown        |              | ",
        "\"10.0.0.2, 198.51.100.7\" - -               | 198.51.100.7   |              | ",
        "\"10.0.0.2, 10.0.0.3\" 10.2.1.1 - -          | 10.0.0.2       |              | ",
        "a.example 10.0.0.2, 198.51.100.7 - -         | 198.51.100.7   | a.example    | ",
      })
  void whoAskedWhom(String prefix, String source, String destination, String user) {
    SecurityEvent event = event(prefix + " [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1");
    assertThat(event.source() == null ? null : event.source().address()).isEqualTo(source);
    assertThat(event.destination() == null ? null : event.destination().address())
        .isEqualTo(destination);
    assertThat(event.user() == null ? null : event.user().name()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // request            | method | version | domain | port | path | query | extension
        "GET /a.b/c HTTP/1.1          | GET     | 1.1 |            |      | /a.b/c    |        | ",
        "GET /a.b/c.tar.gz HTTP/3     | GET     | 3   |            |      | /a.b/c.tar.gz |    | gz",
        "GET /.env HTTP/1.0           | GET     | 1.0 |            |      | /.env     |        | env",
        "GET /x. HTTP/1.0             | GET     | 1.0 |            |      | /x.       |        | ",
        "GET /x? HTTP/1.0             | GET     | 1.0 |            |      | /x        |        | ",
        "GET /?a=/b.c?d HTTP/1.1      | GET     | 1.1 |            |      | /         | a=/b.c?d | ",
        "GET /a b  c HTTP/1.1         | GET     | 1.1 |            |      | /a b  c   |        | ",
        "GET /a HTTP/1.0 HTTP/1.1     | GET     | 1.1 |            |      | /a HTTP/1.0 |      | 0",
        "GET /%C3%A4%2fb.%70hp HTTP/1.1 | GET   | 1.1 |            |      | /ä/b.php  |        | php",
        "GET /%zz%4%41%ff HTTP/1.1    | GET     | 1.1 |            |      | /%zz%4A\uFFFD |    | ",
        "GET http://u:p@h.example:81/x.js?y HTTP/1.1 | GET | 1.1 | h.example | 81 | /x.js | y | js",
        "GET http://h.example?y=1.2 HTTP/1.1 | GET | 1.1 | h.example |   |           | y=1.2  | ",
        "GET https://[2001:db8::1]/ HTTP/1.1 | GET | 1.1 | [2001:db8::1] |  | /      |        | ",
        "GET /go?to=http://h.example/ HTTP/1.1 | GET | 1.1 |         |    | /go | to=http://h.example/ | ",
        "CONNECT h.example:443 HTTP/1.1 | CONNECT | 1.1 | h.example | 443 |        |        | ",
        "OPTIONS * HTTP/1.1           | OPTIONS | 1.1 |            |      | *         |        | ",
        "GET /old                     | GET     |     |            |      | /old      |        | ",
        "M-SEARCH * HTTP/1.1          | M-SEARCH | 1.1 |           |      | *         |        | ",
        "GET HTTP/1.1                 | GET     | 1.1 |            |      |           |        | ",
        "GET  HTTP/1.1                | GET     | 1.1 |            |      |           |        | ",
        "\\x16\\x03\\x01\\x00          |         |     |            |      |           |        | ",
        "\\x16 \\\" / HTTP/1.1        |         |     |            |      |           |        | ",
        "EHLO mail.example            |         |     |            |      |           |        | ",
        "GET                          |         |     |            |      |           |        | ",
      })
  void requests(
      String request,
      String method,
      String version,
      String domain,
      Integer port,
      String path,
      String query,
      String extension) {
    SecurityEvent event =
        event("192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"" + request + "\" 400 1");
    var http = event.http();
    assertThat(http.request() == null ? null : http.request().method()).isEqualTo(method);
    assertThat(http.version()).isEqualTo(version);
    var url = event.url();
    assertThat(url == null ? null : url.domain()).isEqualTo(domain);
    assertThat(url == null ? null : url.port()).isEqualTo(port);
    assertThat(url == null ? null : url.path()).isEqualTo(path);
    assertThat(url == null ? null : url.query()).isEqualTo(query);
    assertThat(url == null ? null : url.extension()).isEqualTo(extension);
  }

  @ParameterizedTest
  @CsvSource({
    "000, unknown",
    "101, success",
    "200, success",
    "399, success",
    "400, failure",
    "401, failure",
    "403, failure",
    "499, failure",
    "503, failure"
  })
  void outcomes(String status, String outcome) {
    SecurityEvent event =
        event("192.0.2.1 - bob [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" " + status + " 1");
    assertThat(event.event().outcome()).isEqualTo(outcome);
    assertThat(event.http().response().statusCode()).isEqualTo(Integer.valueOf(status));
    assertThat(event.event().category()).containsExactly("web");
  }

  /** What a client sends can fill its own field and no other one. */
  @Test
  void nothingIsInjected() {
    assertEvent(
        format,
        "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET /\\\" 200 1 \\\"x HTTP/1.1\" 404 9"
            + " \"a\\\" \\\"b\" \"c\\\" 200 1 \\\"-\\\" \\\\\" \"more\"",
        """
        {'@timestamp':'2026-02-03T04:05:06.000Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'failure'},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'http':{'request':{'method':'GET','referrer':'a\\\\\\" \\\\\\"b'},
                 'response':{'status_code':404,'body':{'bytes':9}},'version':'1.1'},
         'url':{'original':'/\\\\\\" 200 1 \\\\\\"x','path':'/\\\\\\" 200 1 \\\\\\"x'},
         'user_agent':{'original':'c\\\\\\" 200 1 \\\\\\"-\\\\\\" \\\\\\\\'},
         'related':{'ip':['192.0.2.1']}}""");
  }

  @Test
  void aUserNameDoesNotPassForTheRequest() {
    SecurityEvent event =
        event(
            "192.0.2.1 - x [01/Jan/2020:00:00:00 +0000] \\\"GET /fake HTTP/1.1\\\" 200 1"
                + " [03/Feb/2026:04:05:06 +0000] \"GET /real HTTP/1.1\" 401 9");
    assertThat(event.timestamp()).isEqualTo("2026-02-03T04:05:06Z");
    assertThat(event.url().path()).isEqualTo("/real");
    assertThat(event.user().name())
        .isEqualTo("x [01/Jan/2020:00:00:00 +0000] \\\"GET /fake HTTP/1.1\\\" 200 1");
  }

  /** A line that ends early is either no access log yet, refused, or lacks what was cut. */
  @Test
  void truncated() {
    SecurityEvent whole = event(COMBINED);
    int request = COMBINED.indexOf("\"POST");
    int size = COMBINED.indexOf(" 512") + 1;
    int agent = COMBINED.indexOf("\"Crawler");
    for (int length = 1; length < COMBINED.length(); length++) {
      String line = COMBINED.substring(0, length);
      if (length <= request) {
        assertNotTaken(format, line);
      } else if (length <= size) {
        assertRefused(format, line, "malformed access log line");
      } else {
        SecurityEvent event = event(line);
        assertThat(event.timestamp()).isEqualTo(whole.timestamp());
        assertThat(event.source()).isEqualTo(whole.source());
        assertThat(event.url()).isEqualTo(whole.url());
        assertThat(event.userAgent()).isNull();
        assertThat(event.http().request().referrer())
            .isEqualTo(length < agent - 1 ? null : "https://shop.example/cart");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"GET / HTTP/1.1\"",
        "\"GET / HTTP/1.1\" ",
        "\"GET / HTTP/1.1\" 200",
        "\"GET / HTTP/1.1\" 200 ",
        "\"GET / HTTP/1.1\" 20 1",
        "\"GET / HTTP/1.1\" 2000 1",
        "\"GET / HTTP/1.1\" -20 1",
        "\"GET / HTTP/1.1\" abc 1",
        "\"GET / HTTP/1.1\"200 1",
        "\"GET / HTTP/1.1\" 200 -1",
        "\"GET / HTTP/1.1\" 200 x",
        "\"GET / HTTP/1.1\" 200 1.5",
        "\"GET / HTTP/1.1\" 200 99999999999999999999",
        "\"GET / HTTP/1.1\" \"-\" 200 1",
        "\"GET /\" x HTTP/1.1\" 200 1",
        "\"GET / HTTP/1.1\\\" 200 1",
      })
  void brokenBehindTheTime(String rest) {
    assertRefused(
        format, "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] " + rest, "malformed access log line");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30/Feb/2026:04:05:06 +0000",
        "00/Feb/2026:04:05:06 +0000",
        "03/Foo/2026:04:05:06 +0000",
        "03/feb/2026:04:05:06 +0000",
        "03/anF/2026:04:05:06 +0000",
        "03/Feb/2026:24:05:06 +0000",
        "03/Feb/2026:04:60:06 +0000",
        "03/Feb/2026:04:05:61 +0000",
        "03/Feb/2026:04:05:06 +9900",
        "03/Feb/2026:04:05:06 +0060",
        "03/Feb/0000:04:05:06 +0000",
        "03/Feb/2026:04:05:06. +0000",
      })
  void impossibleTime(String time) {
    assertRefused(
        format, "192.0.2.1 - - [" + time + "] \"GET / HTTP/1.1\" 200 1", "unparsable time");
  }

  @Test
  void timeInTheFuture() {
    assertRefused(
        format,
        "192.0.2.1 - - [03/Feb/2027:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "time in the future");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        " [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1 [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] GET / HTTP/1.1 200 1",
        "192.0.2.1 - - [03/Feb/2026 04:05:06] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1 - - [03/Feb/2026:04:05:06] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1 - - [3/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000 \"GET / HTTP/1.1\" 200 1",
        // of other formats
        "Feb  3 04:05:06 web1 nginx: 192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET /\" 200 1",
        "<190>Feb  3 04:05:06 web1 nginx: a - - [03/Feb/2026:04:05:06 +0000] \"GET /\" 200 1",
        "2026-02-03T04:05:06Z web1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "<13>1 2026-02-03T04:05:06Z h a - - [03/Feb/2026:04:05:06 +0000] \"GET /\" 200 1",
        "{\"log\": \"192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1\"}",
        "[Tue Feb 03 04:05:06 2026] [error] [client 192.0.2.1] File does not exist: /x",
        "2026/02/03 04:05:06 [error] 31#31: *46 open() failed, request: \"GET / HTTP/1.1\"",
        "time=1 msg=\"192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1\"",
        "web | 192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "time=1 192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "a\"b 192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "\"192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "\"192.0.2.1\"x - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1, [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
        "192.0.2.1, 192.0.2.2 [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1",
      })
  void notTaken(String line) {
    assertNotTaken(format, line);
  }

  @Test
  void anyLineGivesAnEventOrAFailure() {
    Random random = new Random(20_260_203);
    String alphabet = "\"\\[]{}<>,.:/-+%?@ \t0129aF\u0000é\uD83D\uDE00";
    String[] lines = {
      COMBINED,
      "a.example 10.0.0.2, 198.51.100.7 - - [03/Feb/2026:04:05:06 +0000] \"GET /%41 HTTP/1.1\" 1 1",
      "\"10.0.0.2\" - - [03/Feb/2026:04:05:06 +0000] \"CONNECT [::1]:1 HTTP/1.1\" 200 1 \"-\" \"-\"",
    };
    for (int i = 0; i < 30_000; i++) {
      StringBuilder line = new StringBuilder(lines[random.nextInt(lines.length)]);
      for (int edits = random.nextInt(6); edits >= 0 && line.length() > 1; edits--) {
        int at = random.nextInt(line.length());
        int c = alphabet.codePointAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(4)) {
          case 0 -> line.delete(at, Math.min(line.length(), at + 1 + random.nextInt(9)));
          case 1 -> line.insert(at, Character.toString(c));
          case 2 -> line.setLength(at);
          default -> line.replace(at, at + 1, Character.toString(c));
        }
      }
      ParsedLine result = FormatFixture.parse(format, line.toString());
      assertThat(result.event() == null).as("%s", line).isNotEqualTo(result.failure() == null);
    }
  }

  /** Every pass over a line is linear: a line of a megabyte takes milliseconds, not minutes. */
  @Test
  void longLines() {
    String rest = " - - [03/Feb/2026:04:05:06 +0000] \"GET / HTTP/1.1\" 200 1";
    assertThat(event("10.0.0.1, ".repeat(100_000) + "192.0.2.1" + rest).source().ip())
        .isEqualTo("192.0.2.1");
    assertThat(event("192.0.2.1 - " + "[x ".repeat(300_000) + rest).user().name()).endsWith("- -");
    assertNotTaken(format, "192.0.2.1 - - " + " [".repeat(500_000));
    assertThat(
            event(
                    "192.0.2.1 - - [03/Feb/2026:04:05:06 +0000] \"GET /"
                        + "%41".repeat(300_000)
                        + " HTTP/1.1\" 200 1")
                .url()
                .path())
        .hasSize(300_001);
  }

  private SecurityEvent event(String line) {
    ParsedLine result = FormatFixture.parse(format, line);
    assertThat(result.failure()).as("failure of: %s", line).isNull();
    return result.event();
  }
}
