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

class SuricataEveTest {
  private final LogFormat format = new SuricataEve();

  @Test
  void alert() {
    assertEvent(
        format,
        """
        {"timestamp":"2026-01-15T03:00:00.123456-0500","flow_id":1,"in_iface":"eth1","event_type":"alert","src_ip":"203.0.113.5","src_port":40000,"dest_ip":"10.1.2.3","dest_port":443,"proto":"TCP","ether":{"src_mac":"00:00:5e:00:53:01","dest_mac":"00:00:5e:00:53:02"},"alert":{"action":"blocked","gid":1,"signature_id":9000001,"rev":4,"signature":"Made-up exploit","category":"Attempted User Privilege Gain","severity":1,"metadata":{"tag":["a","b"]}},"tls":{"sni":"shop.example.com."},"app_proto":"tls","flow":{"pkts_toserver":3,"pkts_toclient":2,"bytes_toserver":700,"bytes_toclient":300,"start":"2026-01-15T02:59:59.500001-0500"}}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['denied'],'action':'blocked','severity':1,
                  'start':'2026-01-15T07:59:59.500001Z'},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5','port':40000,'mac':'00-00-5E-00-53-01','bytes':700,'packets':3},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3','domain':'shop.example.com','port':443,'mac':'00-00-5E-00-53-02','bytes':300,'packets':2},
         'network':{'transport':'tcp','protocol':'tls','iana_number':'6','type':'ipv4','bytes':1000,'packets':5},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids','ingress':{'interface':{'name':'eth1'}}},
         'rule':{'id':'9000001','name':'Made-up exploit','category':'Attempted User Privilege Gain','version':'4'},
         'related':{'ip':['10.1.2.3','203.0.113.5']},
         'message':'Attempted User Privilege Gain',
         'vigil':{'severity':'high','attack_classification':'Attempted User Privilege Gain'}}""");
  }

  @Test
  void http() {
    assertEvent(
        format,
        """
        {"timestamp":"2026-01-15T08:00:00.123456+0000","event_type":"http","host":"sensor1","src_ip":"2001:0db8:0000:0000:0000:0000:0000:0005","src_port":40000,"dest_ip":"2001:db8::80","dest_port":8080,"proto":"TCP","http":{"hostname":"www.example.com","http_port":8080,"url":"/a.php?x=1","http_user_agent":"Lynx/2.8","http_refer":"http://example.com/","http_method":"POST","protocol":"HTTP/1.1","status":503,"length":12}}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123456Z',
         'event':{'kind':'event','category':['network','web'],'type':['access','protocol'],'outcome':'failure'},
         'source':{'address':'2001:db8::5','ip':'2001:db8::5','port':40000},
         'destination':{'address':'2001:db8::80','ip':'2001:db8::80','domain':'www.example.com','port':8080},
         'network':{'transport':'tcp','protocol':'http','iana_number':'6','type':'ipv6'},
         'observer':{'hostname':'sensor1','vendor':'OISF','product':'Suricata','type':'ids'},
         'http':{'request':{'method':'POST','referrer':'http://example.com/'},'response':{'status_code':503,'body':{'bytes':12}},'version':'1.1'},
         'url':{'original':'/a.php?x=1','domain':'www.example.com','port':8080,'path':'/a.php','query':'x=1'},
         'user_agent':{'original':'Lynx/2.8'},
         'related':{'ip':['2001:db8::5','2001:db8::80']}}""");
  }

  @Test
  void flow() {
    assertEvent(
        format,
        """
        {"timestamp":"2026-01-15T08:02:00.000000+0000","event_type":"flow","src_ip":"192.0.2.1","src_port":5000,"dest_ip":"192.0.2.2","dest_port":53,"proto":"UDP","app_proto":"failed","flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":110,"bytes_toclient":0,"start":"2026-01-15T08:00:00.000000+0000","end":"2026-01-15T08:00:02.500000+0000","age":2,"state":"new"}}""",
        """
        {'@timestamp':'2026-01-15T08:02:00.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','start'],
                  'start':'2026-01-15T08:00:00.000Z','end':'2026-01-15T08:00:02.500Z','duration':2000000000},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1','port':5000,'bytes':110,'packets':1},
         'destination':{'address':'192.0.2.2','ip':'192.0.2.2','port':53,'bytes':0,'packets':0},
         'network':{'transport':'udp','iana_number':'17','type':'ipv4','bytes':110,'packets':1},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids'},
         'related':{'ip':['192.0.2.1','192.0.2.2']}}""");
  }

  @Test
  void netflowIsOneWay() {
    assertEvent(
        format,
        """
        {"timestamp":"2026-01-15T08:02:00.000000+0000","event_type":"netflow","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","proto":"ICMP","icmp_type":8,"icmp_code":0,"netflow":{"pkts":4,"bytes":400,"start":"2026-01-15T08:00:00.000000+0000","end":"2026-01-15T08:00:03.000000+0000","age":3}}""",
        """
        {'@timestamp':'2026-01-15T08:02:00.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection'],
                  'start':'2026-01-15T08:00:00.000Z','end':'2026-01-15T08:00:03.000Z','duration':3000000000},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1','bytes':400,'packets':4},
         'destination':{'address':'192.0.2.2','ip':'192.0.2.2'},
         'network':{'transport':'icmp','iana_number':'1','type':'ipv4','bytes':400,'packets':4},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids'},
         'related':{'ip':['192.0.2.1','192.0.2.2']}}""");
  }

  @Test
  void countersHaveNoSource() {
    assertEvent(
        format,
        """
        {"timestamp":"2026-01-15T08:00:00.000000+0000","event_type":"stats","stats":{"uptime":1,"flow":{"tcp":7}}}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'metric','category':['network'],'type':['info']},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids'}}""");
  }

  @Test
  void behindSyslog() {
    assertEvent(
        format,
        """
        <141>Mar  9 11:20:31 sensor2 suricata[4711]: @cee: {"timestamp":"2026-03-09T11:20:30.5+0000","event_type":"dns","src_ip":"192.0.2.1","src_port":5000,"dest_ip":"192.0.2.53","dest_port":53,"proto":"UDP","dns":{"rrname":"example.com"}}""",
        """
        {'@timestamp':'2026-03-09T11:20:30.500Z',
         'event':{'kind':'event','category':['network'],'type':['protocol']},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1','port':5000},
         'destination':{'address':'192.0.2.53','ip':'192.0.2.53','port':53},
         'network':{'transport':'udp','protocol':'dns','iana_number':'17','type':'ipv4'},
         'observer':{'hostname':'sensor2','vendor':'OISF','product':'Suricata','type':'ids'},
         'related':{'ip':['192.0.2.1','192.0.2.53']}}""");
  }

  @ParameterizedTest
  @CsvSource({
    "alert, alert, 'network,intrusion_detection', info",
    "drop, event, network, 'connection,denied'",
    "fileinfo, event, network, info",
    "smtp, event, 'network,email', protocol",
    "SSH, event, network, protocol",
    "tls, event, network, protocol",
    "anomaly, event, network, info",
    "not_yet_invented, event, network, info",
  })
  void categories(String eventType, String kind, String category, String type) {
    SecurityEvent event =
        parse(
                format,
                "{\"timestamp\":\"2026-01-15T08:00:00+0000\",\"event_type\":\"" + eventType + "\"}")
            .event();
    assertThat(event.event().kind()).isEqualTo(kind);
    assertThat(event.event().category()).containsExactly(category.split(","));
    assertThat(event.event().type()).containsExactly(type.split(","));
  }

  @ParameterizedTest
  @CsvSource({"1, high", "2, medium", "3, low", "4, informational", "255, informational", "0, "})
  void severityInWords(int severity, String word) {
    SecurityEvent event =
        parse(
                format,
                "{\"timestamp\":\"2026-01-15T08:00:00+0000\",\"event_type\":\"alert\","
                    + "\"alert\":{\"category\":\"x\",\"severity\":"
                    + severity
                    + "}}")
            .event();
    assertThat(event.event().severity()).isEqualTo(severity);
    assertThat(event.vigil().severity()).isEqualTo(word);
  }

  @Test
  void countsThatOverflowAreLeftOut() {
    SecurityEvent event =
        parse(
                format,
                "{\"timestamp\":\"2026-01-15T08:00:00+0000\",\"event_type\":\"flow\",\"flow\":"
                    + "{\"bytes_toserver\":9223372036854775807,\"bytes_toclient\":1,"
                    + "\"start\":\"yesterday\",\"age\":9223372036854775807}}")
            .event();
    assertThat(event.network()).isNull();
    assertThat(event.event().duration()).isNull();
    assertThat(event.event().start()).isNull();
  }

  @Test
  void whatIsRefusedAndWhy() {
    assertRefused(format, "{\"event_type\":\"alert\",\"src_ip\":\"192.0.2.1\"}", "no timestamp");
    assertRefused(format, "{\"timestamp\":\"2026-01-15T08\",\"event_type\":\"s", "invalid JSON");
    assertRefused(
        format, "{\"timestamp\":\"2026-01-15T08\",\"event_type\":\"stats\"}", "unparsable time");
    assertRefused(
        format,
        "{\"timestamp\":\"2026-01-15T08:00:00+0000\",\"event_type\":\"alert\",\"src_ip\":\"x\"}",
        "src_ip is not an IP address");
    assertRefused(
        format,
        "{\"timestamp\":\"2026-01-15T08:00:00+0000\",\"event_type\":\"\"}",
        "no event_type");
    assertRefused(
        format, "<141>Mar  9 11:20:31 sensor2 suricata[4711]: {\"timestamp\":", "invalid JSON");
    assertNotTaken(format, "<141>Mar  9 11:20:31 sensor2 other[4711]: {\"event_type\":\"stats\"}");
    assertNotTaken(format, "{\"timestamp\":\"2026-01-15T08:00:00+0000\"}");
  }
}
