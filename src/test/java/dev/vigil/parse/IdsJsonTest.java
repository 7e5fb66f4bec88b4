package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static dev.vigil.parse.FormatFixture.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.SecurityEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdsJsonTest {
  private final LogFormat format = new IdsJson();

  @Test
  void everyField() {
    assertEvent(
        format,
        """
        {"event_time":"2026-01-15T08:00:00.123Z","source_ip":"203.0.113.5","destination_ip":"10.1.2.3","severity":"High","attack_classification":"Web Application Attack","action":"Blocked","signature":"SQL injection","source_port":40000,"destination_port":"443","protocol":"TCP","event_id":"I1","more":{"severity":"none"}}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123Z',
         'event':{'kind':'alert','category':['intrusion_detection','network'],'type':['denied'],'action':'Blocked'},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5','port':40000},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3','port':443},
         'network':{'transport':'tcp','iana_number':'6','type':'ipv4'},
         'rule':{'name':'SQL injection','category':'Web Application Attack'},
         'related':{'ip':['10.1.2.3','203.0.113.5']},
         'vigil':{'severity':'High','attack_classification':'Web Application Attack'}}""");
  }

  @Test
  void onlyTimeAndSourceAreRequired() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"2001:0DB8::0001"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'alert','category':['intrusion_detection','network'],'type':['info']},
         'source':{'address':'2001:db8::1','ip':'2001:db8::1'},
         'network':{'type':'ipv6'},
         'related':{'ip':['2001:db8::1']}}""");
  }

  @Test
  void numericSeverity() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"192.0.2.1","destination_ip":"","severity":2,"action":"audit"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'alert','category':['intrusion_detection','network'],'type':['info'],'action':'audit','severity':2},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'network':{'type':'ipv4'},
         'related':{'ip':['192.0.2.1']},
         'vigil':{'severity':'2'}}""");
  }

  @Test
  void destinationMayBeAName() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":" ::ffff:192.0.2.1 ","destination_ip":"intranet","severity":null}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'alert','category':['intrusion_detection','network'],'type':['info']},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'destination':{'address':'intranet','domain':'intranet'},
         'network':{'type':'ipv4'},
         'related':{'ip':['192.0.2.1']}}""");
  }

  @ParameterizedTest
  @CsvSource({
    "allowed, allowed",
    "PASS, allowed",
    "alert, allowed",
    "blocked, denied",
    "denied, denied",
    "dropped, denied",
    "quarantined, info",
  })
  void typeByAction(String action, String type) {
    SecurityEvent event =
        parse(
                format,
                "{\"event_time\":1768464000,\"source_ip\":\"192.0.2.1\",\"action\":\""
                    + action
                    + "\"}")
            .event();
    assertThat(event.event().type()).containsExactly(type);
    assertThat(event.event().action()).isEqualTo(action);
  }

  @Test
  void whatIsRefusedAndWhy() {
    String rest = "\"severity\":\"low\",\"attack_classification\":\"Misc activity\"}";
    assertRefused(format, "{\"event_time\":\"2026-01-15T08:00", "invalid JSON");
    assertRefused(format, "{\"event_time\":1768464000," + rest, "no source_ip");
    assertRefused(format, "{\"event_time\":1768464000,\"source_ip\":null," + rest, "no source_ip");
    assertRefused(format, "{\"event_time\":1768464000,\"source_ip\":7," + rest, "no source_ip");
    assertRefused(
        format,
        "{\"event_time\":1768464000,\"source_ip\":\"300.1.1.1\"," + rest,
        "source_ip is not an IP address");
    assertRefused(
        format, "{\"event_time\":\"\",\"source_ip\":\"192.0.2.1\"," + rest, "unparsable time");
    assertRefused(
        format, "{\"event_time\":null,\"source_ip\":\"192.0.2.1\"," + rest, "no event_time");
    assertNotTaken(format, "{\"when\":1768464000,\"source_ip\":\"192.0.2.1\"," + rest);
    assertNotTaken(format, "[{\"event_time\":1768464000,\"source_ip\":\"192.0.2.1\"," + rest + "]");
  }

  @ParameterizedTest
  @CsvSource({
    "1e999999999",
    "1e99999999999999999999",
    "-9223372036854775808",
    "92233720368547758070",
    "\"99999999999999999999\"",
    "\"-9999999999999999999\"",
    "253402300800000",
  })
  void absurdTimesAreRefused(String time) {
    String line = "{\"event_time\":" + time + ",\"source_ip\":\"192.0.2.1\"}";
    assertThat(parse(format, line).failure().reason()).isIn("unparsable time", "invalid JSON");
  }

  @Test
  void aValueDoesNotChangeTheShape() {
    SecurityEvent event =
        parse(
                format,
                "{\"event_time\" : 1768464000,\"source_ip\":\"192.0.2.1\",\"severity\":\"low\","
                    + "\"signature\":\"login_time\",\"tags\":[\"event_type\"]}")
            .event();
    assertThat(event.rule().name()).isEqualTo("login_time");
  }
}
