package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static dev.vigil.parse.FormatFixture.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vigil.event.SecurityEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IptablesFormatTest {
  private static final String TCP =
      "IN=eth0 OUT= MAC=02:00:00:aa:00:01:02:00:00:BB:00:02:08:00 SRC=203.0.113.9 DST=198.51.100.4"
          + " LEN=60 TOS=0x00 PREC=0x00 TTL=54 ID=4711 DF PROTO=TCP SPT=40112 DPT=22 WINDOW=1024"
          + " RES=0x00 SYN URGP=0";

  private static final String PING =
      "IN=eth1 OUT=eth2 SRC=192.0.2.1 DST=192.0.2.2 LEN=88 TOS=0x00 PREC=0xC0 TTL=64 ID=9"
          + " PROTO=ICMP TYPE=3 CODE=1 [SRC=192.0.2.2 DST=203.0.113.77 LEN=60 TOS=0x00 PREC=0x00"
          + " TTL=63 ID=1 DF PROTO=TCP SPT=1 DPT=2 WINDOW=3 RES=0x00 SYN URGP=0 ]";

  private final LogFormat format = new IptablesFormat();

  @Test
  void blockedByUfw() {
    assertEvent(
        format,
        "2026-01-15T08:00:01.250+01:00 fw1 kernel: [12.000001] [UFW BLOCK] " + TCP,
        """
        {'@timestamp':'2026-01-15T07:00:01.250Z',
         'event':{'kind':'event','category':['network'],'type':['connection','denied'],'action':'drop'},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':40112,'mac':'02-00-00-BB-00-02'},
         'destination':{'address':'198.51.100.4','ip':'198.51.100.4','port':22,'mac':'02-00-00-AA-00-01'},
         'host':{'hostname':'fw1'},
         'network':{'transport':'tcp','type':'ipv4'},
         'observer':{'hostname':'fw1','product':'iptables','type':'firewall','ingress':{'interface':{'name':'eth0'}}},
         'rule':{'name':'UFW BLOCK'},
         'related':{'ip':['198.51.100.4','203.0.113.9']},
         'message':'fw1 kernel: [12.000001] [UFW BLOCK] %s',
         'labels':{'tcp_flags':'SYN'}}"""
            .formatted(TCP));
  }

  @Test
  void packetQuotedByAnIcmpErrorIsNotThePacket() {
    assertEvent(
        format,
        "<4>Jan 15 08:00:01 gw kernel: [  12.000001] REJECTED: " + PING,
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','denied'],'action':'reject'},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'destination':{'address':'192.0.2.2','ip':'192.0.2.2'},
         'host':{'hostname':'gw'},
         'network':{'transport':'icmp','type':'ipv4'},
         'observer':{'hostname':'gw','product':'iptables','type':'firewall',
          'ingress':{'interface':{'name':'eth1'}},'egress':{'interface':{'name':'eth2'}}},
         'rule':{'name':'REJECTED'},
         'related':{'ip':['192.0.2.1','192.0.2.2']},
         'message':'gw kernel: [  12.000001] REJECTED: %s',
         'labels':{'icmp_type':'3','icmp_code':'1'}}"""
            .formatted(PING));
  }

  @Test
  void ipv6WithoutHostOrPrefix() {
    String packet =
        "IN= OUT=wg0 SRC=2001:0db8:0000:0000:0000:0000:0000:0001 DST=fe80::2 LEN=80 TC=0"
            + " HOPLIMIT=1 FLOWLBL=0 PROTO=UDP SPT=53 DPT=99999 LEN=40";
    assertEvent(
        format,
        "Jan 15 08:00:01 kernel: " + packet,
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection']},
         'source':{'address':'2001:db8::1','ip':'2001:db8::1','port':53},
         'destination':{'address':'fe80::2','ip':'fe80::2'},
         'network':{'transport':'udp','type':'ipv6'},
         'observer':{'product':'iptables','type':'firewall','egress':{'interface':{'name':'wg0'}}},
         'related':{'ip':['2001:db8::1','fe80::2']},
         'message':'kernel: %s'}"""
            .formatted(packet));
  }

  @Test
  void numberedProtocolAndNoProtocol() {
    String head = "Jan 15 08:00:01 gw kernel: IN=br0 OUT= SRC=192.0.2.1 DST=224.0.0.1 LEN=36";
    SecurityEvent igmp = parse(format, head + " PROTO=2").event();
    assertThat(igmp.network().ianaNumber()).isEqualTo("2");
    assertThat(igmp.network().transport()).isNull();
    SecurityEvent none = parse(format, head).event();
    assertThat(none.network().type()).isEqualTo("ipv4");
    assertThat(none.network().ianaNumber()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "kernel: [UFW ALLOW]                 | accept | UFW ALLOW           | -",
        "kernel: [UFW AUDIT]                 | -      | UFW AUDIT           | -",
        "kernel: [ 3.1] [UFW LIMIT BLOCK]    | drop   | UFW LIMIT BLOCK     | -",
        "kernel: iptables DROP_INPUT:        | drop   | iptables DROP_INPUT | -",
        "kernel: IPTABLES-DROP:              | drop   | IPTABLES-DROP       | -",
        "kernel: FINAL_REJECT:               | reject | FINAL_REJECT        | -",
        "kernel: Shorewall:net-fw:DROP:      | drop   | Shorewall:net-fw:DROP | -",
        "kernel: ACCEPTED                    | accept | ACCEPTED            | -",
        "kernel: nft#7                       | -      | nft#7               | -",
        "kernel: [WAN_IN-3001-A]             | accept | WAN_IN              | 3001",
        "kernel: [guest-lan-default-D]       | drop   | guest-lan           | default",
        "kernel: [WAN_LOCAL-R-40]            | reject | WAN_LOCAL           | 40",
        "kernel: [WAN_LOCAL-40-X]            | -      | WAN_LOCAL-40-X      | -",
        "user.info kernel: DROPPED           | drop   | DROPPED             | -",
        "DROPPED:                            | drop   | DROPPED             | -",
        "ulogd[12]: BLOCKED                  | drop   | BLOCKED             | -",
        "[WAN_IN-3002-D]                     | drop   | WAN_IN              | 3002",
      })
  void whatThePrefixTells(String prefix, String action, String rule, String id) {
    for (String blank : List.of(" ", "")) {
      if (blank.isEmpty() && !prefix.endsWith("]") && !prefix.endsWith(":")) {
        continue;
      }
      ParsedLine result = parse(format, "Jan 15 08:00:01 gw " + prefix + blank + TCP);
      assertThat(result.failure()).isNull();
      SecurityEvent event = result.event();
      assertThat(event.event().action()).isEqualTo(action);
      assertThat(event.rule().name()).isEqualTo(rule);
      assertThat(event.rule().id()).isEqualTo(id);
      assertThat(event.source().port()).isEqualTo(40112);
    }
  }

  @Test
  void whatIsNoEthernetHeaderGivesNoMac() {
    for (String mac : List.of("00:00:00:00:00:00", "zz:00:00:aa:00:01:02-00:00:bb:00:02:08:00")) {
      SecurityEvent event =
          parse(format, "Jan 15 08:00:01 gw kernel: " + TCP.replaceFirst("MAC=\\S+", "MAC=" + mac))
              .event();
      assertThat(event.source().mac()).isNull();
      assertThat(event.destination().mac()).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kernel: IN=eth0 OUT= SRC=203.0.113.9",
        "kernel: IN=eth0 OUT= SRC=203.0.113.9 DST=198.51.10",
        "kernel: IN=eth0 OUT= SRC=gateway DST=198.51.100.4",
        "kernel: IN=eth0 OUT=",
        "kernel: [UFW BLOCK] XN=eth0 OUT= SRC=203.0.113.9 DST=198.51.100.4 PROTO=UDP",
        "kernel: TTL=54 ID=4711 DF PROTO=TCP SPT=40112 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0",
        "user.info kernel: L=54 ID=4711 DF PROTO=TCP SPT=40112 DPT=22",
      })
  void tornLines(String line) {
    assertRefused(format, "Jan 15 08:00:01 gw " + line, "malformed netfilter line");
  }

  @Test
  void withoutTime() {
    assertRefused(format, "[50028442.088484] [UFW BLOCK] " + TCP, "no time");
    assertRefused(format, "Jan 35 08:00:01 gw kernel: [UFW BLOCK] " + TCP, "unparsable time");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Jan 15 08:00:01 gw kernel: usb 1-1: new high-speed USB device number 2 using xhci_hcd",
        "Jan 15 08:00:01 gw kernel: audit: type=1400 audit(1.2:3): apparmor=\"DENIED\"",
        "Jan 15 08:00:01 gw sshd[1]: Invalid user IN=a OUT=b SRC=192.0.2.1 DST=192.0.2.2 from ::1",
        "Jan 15 08:00:01 gw app: IN=1 OUT=2 total=3",
        "Jan 15 08:00:01 fw : %ASA-6-302010: IN=a OUT=b SRC=192.0.2.1 DST=192.0.2.2",
        "[UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2",
      })
  void linesOfOthers(String line) {
    assertNotTaken(format, line);
  }

  @Test
  void noLineIsThrownAtAnyone() {
    LineMutations.assertSurvives(
        format,
        List.of(
            "2026-01-15T08:00:01Z fw1 kernel: [12.000001] [UFW BLOCK] " + TCP,
            "Jan 15 08:00:01 gw kernel: [WAN_IN-3001-A]" + PING),
        3_000);
    String head = "Jan 15 08:00:01 gw kernel: ";
    assertThatCode(
            () -> {
              parse(format, head + "IN=".repeat(300_000) + " OUT=x");
              parse(format, head + "IN=x ".repeat(200_000));
              parse(format, head + ": ".repeat(300_000) + TCP);
              parse(format, head + "[" + "-".repeat(300_000) + "]" + TCP);
            })
        .doesNotThrowAnyException();
  }
}
