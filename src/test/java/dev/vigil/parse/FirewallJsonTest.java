package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;

import org.junit.jupiter.api.Test;

class FirewallJsonTest {
  private final LogFormat format = new FirewallJson();

  @Test
  void denied() {
    assertEvent(
        format,
        """
        {"event_time":"2026-01-15T08:00:00.123Z","source_ip":"203.0.113.5","source_port":40000,"destination_ip":"10.1.2.3","destination_port":22,"protocol":"TCP","action":"deny","bytes":60,"event_id":"F1"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123Z',
         'event':{'kind':'event','category':['network'],'type':['connection','denied'],'outcome':'success','action':'deny'},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5','port':40000},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3','port':22},
         'network':{'transport':'tcp','iana_number':'6','type':'ipv4','bytes':60},
         'related':{'ip':['10.1.2.3','203.0.113.5']}}""");
  }

  @Test
  void allowedOverIpv6() {
    assertEvent(
        format,
        """
        {"event_time":"2026-01-15 08:00:00","source_ip":"2001:DB8::5","destination_ip":"2001:db8::35","destination_port":53,"protocol":"17","action":"ALLOW"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','allowed'],'outcome':'success','action':'ALLOW'},
         'source':{'address':'2001:db8::5','ip':'2001:db8::5'},
         'destination':{'address':'2001:db8::35','ip':'2001:db8::35','port':53},
         'network':{'transport':'udp','iana_number':'17','type':'ipv6'},
         'related':{'ip':['2001:db8::35','2001:db8::5']}}""");
  }

  @Test
  void anUnknownActionHasNoOutcome() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"192.0.2.1","protocol":"ospf","action":"log","destination_port":70000}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection'],'action':'log'},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'network':{'transport':'ospf','type':'ipv4'},
         'related':{'ip':['192.0.2.1']}}""");
  }

  @Test
  void whatIsRefusedAndWhy() {
    String rest = "\"destination_port\":22,\"protocol\":\"tcp\",\"action\":\"deny\"}";
    assertRefused(format, "{\"event_time\":1768464000," + rest, "no source_ip");
    assertRefused(
        format,
        "{\"event_time\":\"15/01/2026 25:61\",\"source_ip\":\"192.0.2.1\"," + rest,
        "unparsable time");
    assertRefused(
        format, "{\"event_time\":1768464000,\"protocol\":\"tcp\",\"source_ip\":", "invalid JSON");
    assertNotTaken(format, "{\"event_time\":1768464000,\"source_ip\":\"192.0.2.1\"}");
  }
}
