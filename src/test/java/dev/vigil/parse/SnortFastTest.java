package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static dev.vigil.parse.FormatFixture.parse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.event.EcsJson;
import dev.vigil.event.SecurityEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnortFastTest {
  private final LogFormat format = new SnortFast();

  @Test
  void fast() {
    assertEvent(
        format,
        "03/09-11:20:30.123456  [**] [1:9000001:3] Made-up exploit [**]"
            + " [Classification: Attempted User Privilege Gain] [Priority: 1] {TCP}"
            + " 203.0.113.5:40000 -> 10.1.2.3:443",
        """
        {'@timestamp':'2026-03-09T11:20:30.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['info'],'severity':1},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5','port':40000},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3','port':443},
         'network':{'transport':'tcp','iana_number':'6','type':'ipv4'},
         'observer':{'vendor':'snort','product':'ids','type':'ids'},
         'rule':{'id':'9000001','name':'Made-up exploit','category':'Attempted User Privilege Gain','description':'Made-up exploit','version':'3'},
         'related':{'ip':['10.1.2.3','203.0.113.5']},
         'vigil':{'severity':'high','attack_classification':'Attempted User Privilege Gain'}}""");
  }

  @Test
  void suricatasFastLogDropped() {
    assertEvent(
        format,
        "01/15/2026-08:00:00.123456  [Drop] [**] [1:9000002:1] Odd {braces} [here] [**]"
            + " [Classification: (null)] [Priority: 3] {IPv6-ICMP}"
            + " 2001:0db8:0000:0000:0000:0000:0000:0005:128 -> 2001:0db8:0000:0000:0000:0000:0000:0006:0",
        """
        {'@timestamp':'2026-01-15T08:00:00.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['denied'],'action':'drop','severity':3},
         'source':{'address':'2001:db8::5','ip':'2001:db8::5'},
         'destination':{'address':'2001:db8::6','ip':'2001:db8::6'},
         'network':{'transport':'ipv6-icmp','iana_number':'58','type':'ipv6'},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids'},
         'rule':{'id':'9000002','name':'Odd {braces} [here]','description':'Odd {braces} [here]','version':'1'},
         'related':{'ip':['2001:db8::5','2001:db8::6']},
         'vigil':{'severity':'low'}}""");
  }

  @Test
  void suricatasAlertOnABrokenPacketHasNoAddresses() {
    assertEvent(
        format,
        "01/15/2026-08:00:00.123456  [wDrop] [**] [1:9000003:1] Broken [**]"
            + " [Classification: Protocol Decode] [Priority: 4] [**] [Raw pkt: 00 01 02 {]",
        """
        {'@timestamp':'2026-01-15T08:00:00.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['allowed'],'action':'wdrop','severity':4},
         'observer':{'vendor':'OISF','product':'Suricata','type':'ids'},
         'rule':{'id':'9000003','name':'Broken','category':'Protocol Decode','description':'Broken','version':'1'},
         'vigil':{'severity':'informational','attack_classification':'Protocol Decode'}}""");
  }

  @Test
  void snort3() {
    assertEvent(
        format,
        "26/01/15-08:00:00.123456 [**] [116:408:2] \"(ipv4) made-up\" [**]"
            + " [AppID: HTTP] {UDP} [2001:db8::5]:53 -> 2001:db8::6:5353",
        """
        {'@timestamp':'2026-01-15T08:00:00.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['info']},
         'source':{'address':'2001:db8::5','ip':'2001:db8::5','port':53},
         'destination':{'address':'2001:db8::6','ip':'2001:db8::6','port':5353},
         'network':{'transport':'udp','iana_number':'17','type':'ipv6'},
         'observer':{'vendor':'snort','product':'ids','type':'ids'},
         'rule':{'id':'408','name':'(ipv4) made-up','description':'(ipv4) made-up','version':'2'},
         'related':{'ip':['2001:db8::5','2001:db8::6']}}""");
  }

  @Test
  void behindSyslog() {
    assertEvent(
        format,
        "<33>Mar  9 11:20:31 sensor1 snort[4711]: [1:9000004:0] Ping... [Classification: Misc activity]"
            + " [Priority: 2]: <eth1> {ICMP} 192.0.2.1 -> 192.0.2.2",
        """
        {'@timestamp':'2026-03-09T11:20:31.000Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['info'],'severity':2},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'destination':{'address':'192.0.2.2','ip':'192.0.2.2'},
         'process':{'name':'snort','pid':4711},
         'network':{'transport':'icmp','iana_number':'1','type':'ipv4'},
         'observer':{'hostname':'sensor1','vendor':'snort','product':'ids','type':'ids','ingress':{'interface':{'name':'eth1'}}},
         'rule':{'id':'9000004','name':'Ping...','category':'Misc activity','description':'Ping...','version':'0'},
         'related':{'ip':['192.0.2.1','192.0.2.2']},
         'vigil':{'severity':'medium','attack_classification':'Misc activity'}}""");
  }

  @Test
  void suricatasSyslog() {
    assertEvent(
        format,
        "2026-03-09T11:20:31.5+01:00 fw suricata: [Drop] [1:9000005:7] No class {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        """
        {'@timestamp':'2026-03-09T10:20:31.500Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['denied'],'action':'drop'},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1','port':1},
         'destination':{'address':'192.0.2.2','ip':'192.0.2.2','port':2},
         'process':{'name':'suricata'},
         'network':{'transport':'tcp','iana_number':'6','type':'ipv4'},
         'observer':{'hostname':'fw','vendor':'OISF','product':'Suricata','type':'ids'},
         'rule':{'id':'9000005','name':'No class','description':'No class','version':'7'},
         'related':{'ip':['192.0.2.1','192.0.2.2']}}""");
  }

  @Test
  void anAlertFileForwardedBySyslogKeepsItsTime() {
    SecurityEvent event =
        parse(
                format,
                "Mar  9 11:20:45 fw snort: 03/09/26-11:20:30.123456  [**] [1:9:1] x [**] {UDP}"
                    + " 192.0.2.1:1 -> 192.0.2.2:2")
            .event();
    assertThat(event.timestamp()).isEqualTo("2026-03-09T11:20:30.123456Z");
    assertThat(event.observer().hostname()).isEqualTo("fw");
  }

  @Test
  void whatElseItTellsSyslog() {
    assertEvent(
        format,
        "Mar  9 11:20:31 sensor1 snort3[4711]: Commencing packet processing [made up]",
        """
        {'@timestamp':'2026-03-09T11:20:31.000Z',
         'event':{'kind':'event','type':['info']},
         'process':{'name':'snort3','pid':4711},
         'observer':{'hostname':'sensor1','vendor':'snort','product':'ids','type':'ids'},
         'message':'Commencing packet processing [made up]'}""");
  }

  @Test
  void csvWithTheDefaultColumns() {
    assertEvent(
        format,
        "03/09-11:20:30.123456 ,1,9000006,2,\"Say \\\"hi\\\", twice\",TCP,203.0.113.5,40000,10.1.2.3,22,"
            + "00:00:5E:00:53:01,00:00:5e:00:53:02,0x72,***AP***,0x1,0x2,,0x3,127,0,5,100,102400,,,,",
        """
        {'@timestamp':'2026-03-09T11:20:30.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['info']},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5','port':40000,'mac':'00-00-5E-00-53-01'},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3','port':22,'mac':'00-00-5E-00-53-02'},
         'network':{'transport':'tcp','iana_number':'6','type':'ipv4'},
         'observer':{'vendor':'snort','product':'ids','type':'ids'},
         'rule':{'id':'9000006','name':"Say \\"hi\\", twice",'description':"Say \\"hi\\", twice",'version':'2'},
         'related':{'ip':['10.1.2.3','203.0.113.5']}}""");
  }

  @Test
  void csvOfPfSense() {
    assertEvent(
        format,
        "03/09/25-11:20:30.123456 ,1,9000007,2,\"Made-up scan\",ICMP,203.0.113.5,,10.1.2.3,,"
            + "54321,Attempted Information Leak,2,drop,Drop",
        """
        {'@timestamp':'2025-03-09T11:20:30.123456Z',
         'event':{'kind':'alert','category':['network','intrusion_detection'],'type':['denied'],'action':'drop','severity':2},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5'},
         'destination':{'address':'10.1.2.3','ip':'10.1.2.3'},
         'network':{'transport':'icmp','iana_number':'1','type':'ipv4'},
         'observer':{'vendor':'snort','product':'ids','type':'ids'},
         'rule':{'id':'9000007','name':'Made-up scan','category':'Attempted Information Leak','description':'Made-up scan','version':'2'},
         'related':{'ip':['10.1.2.3','203.0.113.5']},
         'vigil':{'severity':'medium','attack_classification':'Attempted Information Leak'}}""");
  }

  @ParameterizedTest
  @CsvSource({
    "PROTO:103, 192.0.2.1, , , 103",
    "PROTO:006, 192.0.2.1:7, 7, tcp, 6",
    "IP, 192.0.2.1, , , ",
    "SCTP, 2001:db8::1:7, 7, sctp, 132",
    "UDP, 192.0.2.1, , udp, 17",
    "UDP, 2001:db8:1:2:3:4:5:6, , udp, 17",
  })
  void protocols(String name, String end, Integer port, String transport, String number) {
    SecurityEvent event =
        parse(
                format,
                "03/09-11:20:30.123456 [**] [1:9:1] x [**] {" + name + "} " + end + " -> " + end)
            .event();
    assertThat(event.source().ip()).isNotNull();
    assertThat(event.source().port()).isEqualTo(port);
    assertThat(event.network().transport()).isEqualTo(transport);
    assertThat(event.network().ianaNumber()).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "03/09-11:20:30.123456 [**] [1:9:1] x",
        "03/09-11:20:30.123456 [**] [1:9",
        "03/09-11:20:30.123456 [**] ",
        "03/09-11:20:30.123456 [**] [1:9] x [**] {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1:9:1:1] x [**] {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1::1] x [**] {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**]",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] [Priority: 2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] [Priority: high] {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] x {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] <eth0 {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] {TCP",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] {TCP} 192.0.2.1:1",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] {TCP} 192.0.2.1:1 -> 192.0.2",
        "03/09-11:20:30.123456 [**] [1:9:1] x [**] {TCP} gateway:1 -> 192.0.2.2:2",
        "03/09-11:20:30.123456 ,1,9,1,\"x\",TCP,192.0.2.1",
        "03/09-11:20:30.123456 ,1,9,1,\"x,TCP,192.0.2.1,1,192.0.2.2,2,3,class,2,alert,Allow",
        "03/09-11:20:30.123456 ,1,9,x,\"x\",TCP,192.0.2.1,1,192.0.2.2,2,3,class,2,alert,Allow",
        "03/09-11:20:30.123456 ,1,9,1,\"x\",TCP,gateway,1,192.0.2.2,2,3,class,2,alert,Allow",
        "03/09-11:20:30.123456 ,1,9,1,\"x\",TCP,192.0.2.1,1,192.0.2.2,2,3,class,0x2,alert,Allow",
        "Mar  9 11:20:31 sensor1 snort: [1:9:1] x [Priority: 2] {TCP} 192.0.2.1:1",
        "Mar  9 11:20:31 sensor1 snort: [1:9:1] x",
        "Mar  9 11:20:31 sensor1 snort: [1:9",
      })
  void malformed(String line) {
    assertRefused(format, line, "malformed Snort alert");
  }

  @Test
  void datesThatAreNone() {
    String rest = "-11:20:30.123456 [**] [1:9:1] x [**] {TCP} 192.0.2.1:1 -> 192.0.2.2:2";
    assertRefused(format, "02/30/26" + rest, "unparsable time");
    assertRefused(format, "13/09" + rest, "unparsable time");
    assertRefused(format, "03/09-25:20:30.123456 [**] x", "unparsable time");
    assertRefused(format, "03/09/2027" + rest, "time in the future");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "03/09-11:20:30.123456",
        "03/09-11:20:30.123456  started",
        "03/09-11:20:30.123456  [1:9:1] x",
        "03/09-11:20:30 [**] [1:9:1] x",
        "03-09-11:20:30.1 [**] [1:9:1] x",
        "2026/03/09 11:20:31 [error] 1#0: *1 x",
        "Mar  9 11:20:31 sensor1 kernel: [1:9:1] x [Priority: 2] {TCP} 192.0.2.1:1 -> 192.0.2.2:2",
        "Mar  9 11:20:31 sensor1 suricata: {\"event_type\":\"alert\"}",
        "{\"event_type\":\"alert\"}",
      })
  void leftToOthers(String line) {
    assertNotTaken(format, line);
  }

  @Test
  void aMessageMayHoldBracesAndAnArrow() {
    SecurityEvent event =
        parse(
                format,
                "Mar  9 11:20:31 s snort: [1:9:1] a {b} c -> d {TCP} 192.0.2.1:1 -> 192.0.2.2:2")
            .event();
    assertThat(EcsJson.of(event.rule())).contains("\"name\":\"a {b} c -> d\"");
  }
}
