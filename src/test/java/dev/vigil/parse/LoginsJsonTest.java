package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginsJsonTest {
  private final LogFormat format = new LoginsJson();

  @Test
  void failedLogin() {
    assertEvent(
        format,
        """
        {"login_time":"2026-01-15T08:00:00.123Z","username":"root","source_ip":"203.0.113.5","status":"failure","event_id":"L1"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123Z',
         'event':{'kind':'event','category':['authentication'],'type':['start'],'outcome':'failure','action':'login'},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5'},
         'user':{'name':'root'},
         'related':{'ip':['203.0.113.5'],'user':['root']},
         'labels':{'status':'failure'}}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"2026-01-15T08:00:00Z\"          | 2026-01-15T08:00:00.000Z",
        "\"2026-01-15T08:00:00\"           | 2026-01-15T08:00:00.000Z",
        "\"2026-01-15T10:00:00.5+02:00\"   | 2026-01-15T08:00:00.500Z",
        "\"2026-01-15T10:00:00+0200\"      | 2026-01-15T08:00:00.000Z",
        "\"2026-01-15 08:00:00\"           | 2026-01-15T08:00:00.000Z",
        "\"2026-01-15 08:00:00.123\"       | 2026-01-15T08:00:00.123Z",
        "\"2026-01-15T08:00:00.123999Z\"   | 2026-01-15T08:00:00.123999Z",
        "1768464000                        | 2026-01-15T08:00:00.000Z",
        "1768464000.25                     | 2026-01-15T08:00:00.250Z",
        "1768464000123                     | 2026-01-15T08:00:00.123Z",
        "\"1768464000\"                    | 2026-01-15T08:00:00.000Z",
      })
  void everySpellingOfTime(String json, String expected) {
    assertEvent(
        format,
        "{\"login_time\":" + json + ",\"username\":\"u\",\"source_ip\":\"192.0.2.1\"}",
        "{'@timestamp':'"
            + expected
            + "','event':{'kind':'event','category':['authentication'],'type':['start'],"
            + "'outcome':'unknown','action':'login'},"
            + "'source':{'address':'192.0.2.1','ip':'192.0.2.1'},'user':{'name':'u'},"
            + "'related':{'ip':['192.0.2.1'],'user':['u']}}");
  }

  @Test
  void addressesAreCanonical() {
    assertEvent(
        format,
        """
        {"login_time":1768464000,"source_ip":"2001:0DB8:0:0:0:0:0:1","status":"Success"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['authentication'],'type':['start'],'outcome':'success','action':'login'},
         'source':{'address':'2001:db8::1','ip':'2001:db8::1'},
         'related':{'ip':['2001:db8::1']},
         'labels':{'status':'Success'}}""");
  }

  @Test
  void whatIsRefusedAndWhy() {
    assertRefused(format, "{\"login_time\":\"2026-01-15T08:00", "invalid JSON");
    assertRefused(
        format,
        "{\"login_time\":\"15/01/2026 25:61\",\"source_ip\":\"192.0.2.1\"}",
        "unparsable time");
    assertRefused(
        format,
        "{\"login_time\":\"2026-02-30T00:00:00Z\",\"source_ip\":\"192.0.2.1\"}",
        "unparsable time");
    assertRefused(format, "{\"login_time\":1768464000}", "no source_ip");
    assertRefused(format, "{\"login_time\":1768464000,\"source_ip\":null}", "no source_ip");
    assertRefused(
        format,
        "{\"login_time\":1768464000,\"source_ip\":\"gateway\"}",
        "source_ip is not an IP address");
    assertRefused(
        format,
        "{\"login_time\":\"2026-06-01T00:05:01Z\",\"source_ip\":\"192.0.2.1\"}",
        "time in the future");
    assertNotTaken(format, "[{\"login_time\":1768464000,\"source_ip\":\"192.0.2.1\"}]");
    assertNotTaken(format, "{\"when\":1768464000,\"source_ip\":\"192.0.2.1\"}");
  }
}
