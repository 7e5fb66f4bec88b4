package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.WRITTEN;
import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static dev.vigil.parse.FormatFixture.parse;
import static dev.vigil.parse.FormatFixture.parser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.Ecs;
import dev.vigil.event.EcsJson;
import dev.vigil.event.LogLine;
import dev.vigil.event.Provenance;
import dev.vigil.event.SecurityEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SshdFormatTest {
  private static final String HEAD = "Feb  3 04:05:06 gate sshd[77]: ";

  private final LogFormat format = new SshdFormat();

  @Test
  void failedPassword() {
    assertEvent(
        format,
        HEAD + "Failed password for alice from 203.0.113.9 port 40022 ssh2",
        """
        {'@timestamp':'2026-02-03T04:05:06.000Z',
         'event':{'kind':'event','category':['authentication'],'type':['start'],'outcome':'failure','action':'ssh_login'},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':40022},
         'user':{'name':'alice'},'host':{'hostname':'gate'},'process':{'name':'sshd','pid':77},
         'related':{'ip':['203.0.113.9'],'user':['alice']},
         'message':'Failed password for alice from 203.0.113.9 port 40022 ssh2',
         'labels':{'ssh_method':'password'}}""");
  }

  @Test
  void acceptedKeyInRfc5424WithStructuredData() {
    assertEvent(
        format,
        "<86>1 2026-02-03T04:05:06.789+01:00 gate sshd-session 77 - [origin ip=\"192.0.2.1\""
            + " note=\"a]b\"] Accepted publickey for bob from 2001:DB8::0:7 port 5 ssh2:"
            + " ED25519 SHA256:AbC/+1",
        """
        {'@timestamp':'2026-02-03T03:05:06.789Z',
         'event':{'kind':'event','category':['authentication','session'],'type':['start'],'outcome':'success','action':'ssh_login'},
         'source':{'address':'2001:db8::7','ip':'2001:db8::7','port':5},
         'user':{'name':'bob'},'host':{'hostname':'gate'},'process':{'name':'sshd-session','pid':77},
         'related':{'ip':['2001:db8::7'],'user':['bob']},
         'message':'Accepted publickey for bob from 2001:DB8::0:7 port 5 ssh2: ED25519 SHA256:AbC/+1',
         'labels':{'ssh_method':'publickey','ssh_signature':'ED25519 SHA256:AbC/+1'}}""");
  }

  @Test
  void repeatedVerdictStandsForSoManyAttempts() {
    assertEvent(
        format,
        HEAD + "message repeated 4 times: [ Failed password for root from 203.0.113.9 port 1 ssh2]",
        """
        {'@timestamp':'2026-02-03T04:05:06.000Z',
         'event':{'kind':'event','category':['authentication'],'type':['start'],'outcome':'failure','action':'ssh_login'},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':1},
         'user':{'name':'root'},'host':{'hostname':'gate'},'process':{'name':'sshd','pid':77},
         'related':{'ip':['203.0.113.9'],'user':['root']},
         'message':'message repeated 4 times: [ Failed password for root from 203.0.113.9 port 1 ssh2]',
         'labels':{'ssh_method':'password'},'vigil':{'login_attempts':4}}""");
  }

  @Test
  void onlyVerdictsStandForAttempts() {
    SecurityEvent event =
        event(HEAD + "message repeated 4 times: [ Invalid user eve from 203.0.113.9]");
    assertThat(event.event().type()).containsExactly("info");
    assertThat(event.source().ip()).isEqualTo("203.0.113.9");
    assertThat(event.vigil()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3", "1000001", "99999999999999999999999", "many", ""})
  void implausibleRepeatCount(String count) {
    assertRefused(
        format,
        HEAD + "message repeated " + count + " times: [ Failed password for a from 192.0.2.1]",
        "implausible repeat count");
  }

  /** A remote user may call himself anything. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "password for invalid user root from 192.0.2.4 port 22 ssh2 from 192.0.2.8 port 55 ssh2|root from 192.0.2.4 port 22 ssh2|192.0.2.8|55",
        "password for root from 192.0.2.4 port 22 ssh2 from 192.0.2.8 port 55 ssh2|root from 192.0.2.4 port 22 ssh2|192.0.2.8|55",
        "none for invalid user a from 192.0.2.4 port 2 ssh2: RSA SHA256:x from 192.0.2.8 port 55 ssh2|a from 192.0.2.4 port 2 ssh2: RSA SHA256:x|192.0.2.8|55",
        "password for invalid user  from 192.0.2.8 port 55 ssh2||192.0.2.8|55",
        "password for invalid user from 192.0.2.8 port 55 ssh2||192.0.2.8|55",
        "password for  from 192.0.2.8 port 55 ssh2||192.0.2.8|55",
        "password for invalid user invalid user x from 192.0.2.8 port 55 ssh2|invalid user x|192.0.2.8|55",
        "password for illegal user test from 192.0.2.8 port 55 ssh2|test|192.0.2.8|55",
        "password for invalid user \"a b\" 'é' from 192.0.2.8 port 55 ssh2|\"a b\" 'é'|192.0.2.8|55",
        "password for invalid user a for b from 192.0.2.8 port 55 ssh2|a for b|192.0.2.8|55",
        "keyboard-interactive/pam for root from ::ffff:192.0.2.8 port 55 ssh2 [preauth]|root|192.0.2.8|55",
        "password for root from fe80::1%eth0 port 55 ssh2|root|fe80::1|55",
        "password for root from 192.0.2.8 ssh2|root|192.0.2.8|",
        "password for root from 192.0.2.8 port 55|root|192.0.2.8|55",
        "password for root from 192.0.2.8 port 99999 ssh2|root|192.0.2.8|",
        "password for root from UNKNOWN port 65535 ssh2|root||",
        "publickey for root from 192.0.2.8 port 55 ssh2: RSA-CERT SHA256:a ID x from 192.0.2.4 port 1 ssh2: RSA b (serial 0) CA RSA SHA256:c|root|192.0.2.8|55",
      })
  void whoAndWhereFrom(String verdict, String user, String ip, Integer port) {
    SecurityEvent event = event(HEAD + "Failed " + verdict);
    assertThat(event.event().type()).containsExactly("start");
    assertThat(event.event().outcome()).isEqualTo("failure");
    assertThat(userName(event)).isEqualTo(user);
    assertThat(sourceIp(event)).isEqualTo(ip);
    assertThat(event.source() == null ? null : event.source().port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Failed password for root from 192.0.2.1",
        "Failed password for root from 192.0.2.18 por",
        "Failed password for root from 192.0.2.18 port ",
        "Failed password for root from 192.0.2.18 port 55 ss",
        "Failed password for root fr",
        "Accepted password for b",
      })
  void aVerdictCutShortCountsForNobody(String message) {
    SecurityEvent event = event(HEAD + message);
    assertThat(event.event().category()).containsExactly("authentication");
    assertThat(event.event().type()).containsExactly("info");
    assertThat(event.event().reason()).isEqualTo("incomplete message");
    assertThat(event.source()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Invalid user eve from 192.0.2.8 port 55|eve|192.0.2.8|invalid user",
        "Invalid user  from 192.0.2.8||192.0.2.8|invalid user",
        "Illegal user a from b from 192.0.2.8|a from b|192.0.2.8|invalid user",
        "input_userauth_request: invalid user eve [preauth]|eve||invalid user",
        "input_userauth_request: invalid user  [preauth]|||invalid user",
        "error: maximum authentication attempts exceeded for invalid user eve from 192.0.2.8 port 55 ssh2 [preauth]|eve|192.0.2.8|maximum authentication attempts exceeded",
        "Disconnecting: Too many authentication failures for root [preauth]|root||Too many authentication failures",
        "Disconnecting: Too many authentication failures [preauth]|||Too many authentication failures",
        "Disconnecting authenticating user root 192.0.2.8 port 55: Too many authentication failures [preauth]|root|192.0.2.8|Too many authentication failures",
        "Disconnecting invalid user a 192.0.2.4 port 1: b 192.0.2.8 port 55: Too many authentication failures [preauth]|a 192.0.2.4 port 1: b|192.0.2.8|Too many authentication failures",
        "User www from 192.0.2.8 not allowed because not listed in AllowUsers|www|192.0.2.8|not allowed because not listed in AllowUsers",
        "User www not allowed because account is locked|www||not allowed because account is locked",
        "ROOT LOGIN REFUSED FROM 192.0.2.8 port 55|root|192.0.2.8|root login refused",
        "error: PAM: Authentication failure for illegal user eve from 192.0.2.8|eve|192.0.2.8|Authentication failure",
        "fatal: Access denied for user eve by PAM account configuration [preauth]|eve||denied by PAM account configuration",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user=root|root|192.0.2.8|",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8 ||192.0.2.8|",
        "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.8  user=a rhost=192.0.2.4|a rhost=192.0.2.4|192.0.2.8|",
        "pam_unix(sshd:auth): check pass; user unknown|||user unknown",
      })
  void aFailedAttemptWithoutVerdictIsNotCounted(
      String message, String user, String ip, String reason) {
    SecurityEvent event = event(HEAD + message);
    assertThat(event.event().category()).containsExactly("authentication");
    assertThat(event.event().type()).containsExactly("info");
    assertThat(event.event().outcome()).isEqualTo("failure");
    assertThat(event.event().action()).isEqualTo("ssh_login");
    assertThat(event.event().reason()).isEqualTo(reason);
    assertThat(userName(event)).isEqualTo(user);
    assertThat(sourceIp(event)).isEqualTo(ip);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Connection closed by 192.0.2.8 port 55 [preauth]|network|connection,end|ssh_disconnect||192.0.2.8|Connection closed",
        "Connection closed by 192.0.2.8 [preauth]|network|connection,end|ssh_disconnect||192.0.2.8|Connection closed",
        "Connection closed by UNKNOWN port 65535|network|connection,end|ssh_disconnect|||Connection closed",
        "Connection reset by peer|network|connection,end|ssh_disconnect|||Connection reset",
        "Connection reset by authenticating user root 192.0.2.8 port 55 [preauth]|authentication|info|ssh_disconnect|root|192.0.2.8|Connection reset",
        "Connection closed by invalid user a 192.0.2.4 port 1 192.0.2.8 port 55 [preauth]|authentication|info|ssh_disconnect|a 192.0.2.4 port 1|192.0.2.8|Connection closed",
        "Disconnected from invalid user  192.0.2.8 port 55 [preauth]|authentication|info|ssh_disconnect||192.0.2.8|",
        "Disconnected from user bob 192.0.2.8 port 55|session|end|ssh_disconnect|bob|192.0.2.8|",
        "Disconnected from 192.0.2.8 port 55|network|connection,end|ssh_disconnect||192.0.2.8|",
        "Received disconnect from 192.0.2.8: 11: Bye from 192.0.2.4 port 1 [preauth]|network|connection,end|ssh_disconnect||192.0.2.8|Bye from 192.0.2.4 port 1",
        "error: Received disconnect from 2001:db8::8 port 55:3: no [preauth]|network|connection,end|ssh_disconnect||2001:db8::8|no",
        "Received disconnect from 2001:db8::8: 11: |network|connection,end|ssh_disconnect||2001:db8::8|",
        "Did not receive identification string from 192.0.2.8 port 55|network|connection,info|ssh_no_identification||192.0.2.8|",
        "Did not receive identification string from UNKNOWN|network|connection,info|ssh_no_identification|||",
        "Bad protocol version identification 'GET / from 192.0.2.4 port 1' from 192.0.2.8 port 55|network|connection,denied|ssh_bad_protocol||192.0.2.8|",
        "banner exchange: Connection from 192.0.2.8 port 55: invalid format|network|connection,denied|ssh_bad_protocol||192.0.2.8|invalid format",
        "fatal: Unable to negotiate with 192.0.2.8 port 55: no matching cipher found. [preauth]|network|connection,denied|ssh_negotiation||192.0.2.8|no matching cipher found.",
        "reverse mapping checking getaddrinfo for a.example [192.0.2.8] failed - POSSIBLE BREAK-IN ATTEMPT!|network|info|ssh_reverse_mapping||192.0.2.8|reverse mapping failed",
        "Address 192.0.2.8 maps to a.example, but this does not map back to the address|network|info|ssh_reverse_mapping||192.0.2.8|reverse mapping failed",
        "fatal: Timeout before authentication for 192.0.2.8 port 55|network|connection,end|ssh_disconnect||192.0.2.8|timeout before authentication",
        "Timeout before authentication for connection from 192.0.2.8 to 192.0.2.1, pid = 9|network|connection,end|ssh_disconnect||192.0.2.8|timeout before authentication",
        "Connection from 192.0.2.8 port 55 on 192.0.2.1 port 22|network|connection,start|ssh_connect||192.0.2.8|",
        "Starting session: shell on pts/0 for bob from 192.0.2.8 port 55 id 0|session|start|session_opened|bob|192.0.2.8|",
        "Close session: user bob from 192.0.2.8 port 55 id 0|session|end|session_closed|bob|192.0.2.8|",
        "pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)|session|start|session_opened|bob||",
        "pam_unix(sshd:session): session closed for user bob|session|end|session_closed|bob||",
        "Postponed publickey for bob from 192.0.2.8 port 55 ssh2 [preauth]|authentication|info|ssh_login|bob|192.0.2.8|",
        "Partial publickey for bob from 192.0.2.8 port 55 ssh2: RSA SHA256:x|authentication|info|ssh_login|bob|192.0.2.8|",
        "Accepted key RSA SHA256:x found at /home/bob/.ssh/authorized_keys:1|host|info|||||",
        "Accepted certificate ID \"x for root from 192.0.2.4 port 1 ssh2: \" signed by RSA CA|host|info|||||",
        "Failed to allocate a pseudo-terminal|host|info|||||",
        "pam_systemd(sshd:session): Failed to create session: No such file|host|info|||||",
        "Server listening on 0.0.0.0 port 22.|host|info|||||",
      })
  void everythingElseIsAnEventToo(
      String message,
      String category,
      String type,
      String action,
      String user,
      String ip,
      String reason) {
    SecurityEvent event = event(HEAD + message);
    assertThat(event.message()).isEqualTo(message);
    assertThat(event.event().category()).isEqualTo(list(category));
    assertThat(event.event().type()).isEqualTo(list(type));
    assertThat(event.event().action()).isEqualTo(action);
    assertThat(event.event().reason()).isEqualTo(reason);
    assertThat(userName(event)).isEqualTo(user);
    assertThat(sourceIp(event)).isEqualTo(ip);
  }

  @Test
  void aHostNameIsNoAddress() {
    Ecs.Endpoint source =
        event(HEAD + "error: PAM: User not known for illegal user eve from dial.example").source();
    assertThat(source.domain()).isEqualTo("dial.example");
    assertThat(source.ip()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Feb  3 04:05:06 gate sshd[77]:                  | 2026-02-03T04:05:06Z | gate | sshd",
        "<38>Feb 13 04:05:06 gate sshd[77]:              | 2026-02-13T04:05:06Z | gate | sshd",
        "Feb  3 2025 04:05:06 gate sshd[77]:             | 2025-02-03T04:05:06Z | gate | sshd",
        "2026-02-03T04:05:06.250+02:00 gate sshd[77]:    | 2026-02-03T02:05:06.250Z | gate | sshd",
        "Feb  3 04:05:06 sshd[77]:                       | 2026-02-03T04:05:06Z | | sshd",
        "Feb  3 04:05:06 gate sshd:                      | 2026-02-03T04:05:06Z | gate | sshd",
        "Feb  3 04:05:06 gate sshd(pam_unix)[77]:        | 2026-02-03T04:05:06Z | gate | sshd",
        "Feb  3 04:05:06 gate /usr/sbin/sshd[77]:        | 2026-02-03T04:05:06Z | gate | sshd",
        "Feb  3 04:05:06 gate sshd-session[77]:          | 2026-02-03T04:05:06Z | gate | sshd-session",
        "Feb  3 04:05:06 gate sshd-auth[77]:             | 2026-02-03T04:05:06Z | gate | sshd-auth",
        "<38>1 2026-02-03T04:05:06Z gate sshd 77 - -     | 2026-02-03T04:05:06Z | gate | sshd",
        "<38>1 2026-02-03T04:05:06Z - sshd - ID1 [a@1 b=\"c\"][d@1] | 2026-02-03T04:05:06Z | | sshd",
        // the year is the latest that is not in the future of the file's last change
        "Mar 11 11:59:59 gate sshd:                      | 2026-03-11T11:59:59Z | gate | sshd",
        "Mar 11 12:00:01 gate sshd:                      | 2025-03-11T12:00:01Z | gate | sshd",
        "Dec 31 23:59:59 gate sshd:                      | 2025-12-31T23:59:59Z | gate | sshd",
        "Jan  1 00:00:00 gate sshd:                      | 2026-01-01T00:00:00Z | gate | sshd",
        "Feb 29 12:00:00 gate sshd:                      | 2024-02-29T12:00:00Z | gate | sshd",
      })
  void headers(String head, Instant time, String host, String process) {
    SecurityEvent event = event(head + " Invalid user eve from 192.0.2.8");
    assertThat(event.timestamp()).isEqualTo(time);
    assertThat(event.host() == null ? null : event.host().hostname()).isEqualTo(host);
    assertThat(event.process().name()).isEqualTo(process);
    assertThat(sourceIp(event)).isEqualTo("192.0.2.8");
  }

  @Test
  void yearsAndZonesThatTheUserGives() {
    LogParser berlin = parser(format).withZone(ZoneId.of("Europe/Berlin"));
    LogParser in2019 = parser(format).withYear(2019);
    String winter = "Jan  1 00:30:00 gate sshd: x";
    String leap = "Feb 29 00:30:00 gate sshd: x";

    assertThat(berlin.parse(line(winter)).event().timestamp()).isEqualTo("2025-12-31T23:30:00Z");
    assertThat(in2019.parse(line(winter)).event().timestamp()).isEqualTo("2019-01-01T00:30:00Z");
    assertThat(in2019.parse(line(leap)).failure().reason()).isEqualTo("unparsable time");
    assertThat(parser(format).withYear(2020).parse(line(leap)).event().timestamp())
        .isEqualTo("2020-02-29T00:30:00Z");
    assertThat(
            parser(format)
                .parse(line("2026-01-01T00:30:00 gate sshd: x").withWritten(null))
                .event()
                .timestamp())
        .isEqualTo("2026-01-01T00:30:00Z");
    assertThat(parser(format).parse(line(winter).withWritten(null)).failure().reason())
        .isEqualTo("no year");
  }

  @Test
  void whatIsNotTaken() {
    assertNotTaken(format, "Feb  3 04:05:06 gate sshd-keygen[77]: generating");
    assertNotTaken(format, "Feb  3 04:05:06 gate su: Failed password for a from 192.0.2.1 port 1");
    assertNotTaken(format, "Failed password for root from 192.0.2.1 port 1 ssh2");
    assertNotTaken(format, "{\"message\":\"sshd: Failed password\"}");
    assertRefused(format, "Feb 30 04:05:06 gate sshd[77]: x", "unparsable time");
    assertRefused(format, "Feb  3 24:05:06 gate sshd[77]: x", "unparsable time");
    assertRefused(format, "<38>1 yesterday gate sshd - - - x", "unparsable time");
    assertRefused(format, "<38>1 99999999999999999999 gate sshd - - - x", "unparsable time");
  }

  /** Any line has one result; what comes out is an event that can be written, or a failure. */
  @Test
  void nothingElseComesOutOfDamagedLines() {
    LogParser all = LogParser.of(List.of(new SshdFormat(), new SyslogFormat()));
    String[] seeds = {
      "Failed password for invalid user a from 192.0.2.4 port 2 ssh2: RSA-CERT SHA256:x [preauth]",
      "message repeated 3 times: [ Accepted publickey for b from ::1 port 1 ssh2: RSA x]",
      "Disconnecting invalid user a 192.0.2.4 port 1: Too many authentication failures for b",
      "Connection closed by authenticating user a 192.0.2.4 port 1 [preauth]",
      "Received disconnect from 192.0.2.4 port 1:11: bye from you",
      "User a from 192.0.2.4 not allowed because not listed",
      "error: PAM: no for illegal user a from b",
      "Access denied for user a by PAM account configuration",
      "PAM 2 more authentication failures; logname= ruser= rhost=192.0.2.4  user=c",
      "pam_unix(sshd:session): session opened for user a(uid=1) by b(uid=0)",
      "reverse mapping checking getaddrinfo for a [192.0.2.4] failed",
      "Address 192.0.2.4 maps to a, but",
      "Starting session: shell for a from 192.0.2.4 port 1 id 0",
      "Close session: user a from 192.0.2.4 port 1 id 0",
      "Timeout before authentication for connection from 192.0.2.4 to ::1, pid",
      "ROOT LOGIN REFUSED FROM 192.0.2.4 port 1",
      "message repeated times: [ x]",
    };
    String[] words = {" from ", " for ", " port ", " by ", " id ", ": ", " ssh2", " [", "]", " "};
    Random random = new Random(20260115);
    for (int i = 0; i < 30_000; i++) {
      String seed = seeds[random.nextInt(seeds.length)];
      StringBuilder line = new StringBuilder(i % 4 == 0 ? HEAD + seed : seed);
      for (int j = random.nextInt(4); j >= 0 && line.length() > 0; j--) {
        int at = random.nextInt(line.length());
        switch (random.nextInt(5)) {
          case 0 -> line.setLength(at);
          case 1 -> line.deleteCharAt(at);
          case 2 -> line.setCharAt(at, (char) random.nextInt(0x300));
          case 3 -> line.insert(at, words[random.nextInt(words.length)]);
          default -> line.delete(at, Math.min(line.length(), at + random.nextInt(20)));
        }
      }
      String text = i % 4 == 0 ? line.toString() : HEAD + line;
      assertOneResult(all.parse(line(text)), text);
      if (i % 4 != 0) {
        assertThat(parse(new SyslogFormat(), text).event()).as(text).isNull();
      }
    }
    byte[] noise = new byte[200];
    for (int i = 0; i < 5_000; i++) {
      random.nextBytes(noise);
      LogLine line = LogLine.of(noise.clone(), Provenance.ofFile("/logs/test.log", i));
      assertOneResult(all.parse(line), "noise " + i);
    }
  }

  private static void assertOneResult(ParsedLine result, String line) {
    assertThat(result.event() == null).as(line).isNotEqualTo(result.failure() == null);
    if (result.event() != null) {
      assertThat(EcsJson.of(result.event())).as(line).startsWith("{").endsWith("}");
    }
  }

  private SecurityEvent event(String line) {
    ParsedLine result = parse(format, line);
    assertThat(result.failure()).as("failure of: %s", line).isNull();
    return result.event();
  }

  private static LogLine line(String text) {
    return LogLine.of(text.getBytes(StandardCharsets.UTF_8), Provenance.ofFile("/logs/test.log", 0))
        .withWritten(WRITTEN);
  }

  private static List<String> list(String words) {
    return words == null ? List.of() : List.of(words.split(","));
  }

  private static String userName(SecurityEvent event) {
    return event.user() == null ? null : event.user().name();
  }

  private static String sourceIp(SecurityEvent event) {
    return event.source() == null ? null : event.source().ip();
  }
}
