package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static dev.vigil.parse.FormatFixture.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vigil.event.Ecs;
import dev.vigil.event.SecurityEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CiscoAsaFormatTest {
  private static final String HEAD = "Jan 15 2026 08:00:01 edge : ";

  private final LogFormat format = new CiscoAsaFormat();

  @Test
  void deniedByAccessGroup() {
    assertEvent(
        format,
        "<164>Jan 15 2026 08:00:01: %ASA-4-106023: Deny tcp src outside:203.0.113.9/40112"
            + " dst dmz:192.0.2.25/22 by access-group \"from_outside\" [0x1, 0x0]",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','denied'],'outcome':'success',
          'action':'firewall-rule','code':'106023','severity':4},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':40112},
         'destination':{'address':'192.0.2.25','ip':'192.0.2.25','port':22},
         'network':{'transport':'tcp','iana_number':'6'},
         'observer':{'vendor':'Cisco','product':'asa','type':'firewall',
          'ingress':{'interface':{'name':'outside'}},'egress':{'interface':{'name':'dmz'}}},
         'rule':{'name':'from_outside'},
         'related':{'ip':['192.0.2.25','203.0.113.9']}}""");
  }

  @Test
  void outboundConnectionBeginsAtTheSecondEnd() {
    assertEvent(
        format,
        HEAD
            + "%ASA-6-302013: Built outbound TCP connection 77 for outside:198.51.100.7/443"
            + " (198.51.100.7/443) to inside:10.9.8.7/50001 (203.0.113.2/61234)",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','start'],
          'action':'flow-creation','code':'302013','severity':6},
         'source':{'address':'10.9.8.7','ip':'10.9.8.7','port':50001,'nat':{'ip':'203.0.113.2','port':61234}},
         'destination':{'address':'198.51.100.7','ip':'198.51.100.7','port':443},
         'host':{'hostname':'edge'},
         'network':{'transport':'tcp','iana_number':'6','direction':'outbound'},
         'observer':{'hostname':'edge','vendor':'Cisco','product':'asa','type':'firewall',
          'ingress':{'interface':{'name':'inside'}},'egress':{'interface':{'name':'outside'}}},
         'related':{'ip':['10.9.8.7','198.51.100.7','203.0.113.2']}}""");
  }

  @Test
  void inboundConnectionOfUserOverIpv6() {
    assertEvent(
        format,
        HEAD
            + "%FTD-6-302015: Built inbound UDP connection 78 for outside:2001:db8::7/5353"
            + " (2001:db8::7/5353)(LOCAL\\corp\\ann) to inside:www.example.org/53"
            + " (www.example.org/53) (corp\\ann)",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','start'],
          'action':'flow-creation','code':'302015','severity':6},
         'source':{'address':'2001:db8::7','ip':'2001:db8::7','port':5353,'user':{'name':'ann'}},
         'destination':{'address':'www.example.org','domain':'www.example.org','port':53},
         'host':{'hostname':'edge'},
         'network':{'transport':'udp','iana_number':'17','direction':'inbound'},
         'observer':{'hostname':'edge','vendor':'Cisco','product':'ftd','type':'firewall',
          'ingress':{'interface':{'name':'outside'}},'egress':{'interface':{'name':'inside'}}},
         'related':{'ip':['2001:db8::7'],'user':['ann']},
         'labels':{'aaa_user':'corp\\\\ann'}}""");
  }

  @Test
  void endOfConnection() {
    assertEvent(
        format,
        HEAD
            + "%ASA-6-302014: Teardown TCP connection 79 for outside:203.0.113.9/40112(LOCAL\\bob)"
            + " to inside:10.9.8.7/443 duration 1:00:01 bytes 4096 TCP Reset-O from inside (bob)",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','end'],
          'action':'flow-expiration','code':'302014','severity':6,'reason':'TCP Reset-O',
          'start':'2026-01-15T07:00:00.000Z','end':'2026-01-15T08:00:01.000Z','duration':3601000000000},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':40112,'user':{'name':'bob'}},
         'destination':{'address':'10.9.8.7','ip':'10.9.8.7','port':443},
         'host':{'hostname':'edge'},
         'network':{'transport':'tcp','iana_number':'6','bytes':4096},
         'observer':{'hostname':'edge','vendor':'Cisco','product':'asa','type':'firewall',
          'ingress':{'interface':{'name':'outside'}},'egress':{'interface':{'name':'inside'}}},
         'related':{'ip':['10.9.8.7','203.0.113.9'],'user':['bob']},
         'labels':{'aaa_user':'bob'}}""");
  }

  @Test
  void pingHasTheLocalEndAsSource() {
    assertEvent(
        format,
        HEAD
            + "%ASA-6-302020: Built inbound ICMP connection for faddr 198.51.100.7/9(AD\\cy)"
            + " gaddr 203.0.113.2/0 laddr 10.9.8.7/0 type 8 code 0",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['network'],'type':['connection','start'],
          'action':'flow-creation','code':'302020','severity':6},
         'source':{'address':'10.9.8.7','ip':'10.9.8.7','nat':{'ip':'203.0.113.2'}},
         'destination':{'address':'198.51.100.7','ip':'198.51.100.7','user':{'name':'cy'}},
         'user':{'name':'cy','domain':'AD'},
         'host':{'hostname':'edge'},
         'network':{'transport':'icmp','iana_number':'1','direction':'inbound'},
         'observer':{'hostname':'edge','vendor':'Cisco','product':'asa','type':'firewall'},
         'related':{'ip':['10.9.8.7','198.51.100.7','203.0.113.2'],'user':['cy']},
         'labels':{'icmp_type':'8','icmp_code':'0'}}""");
  }

  @Test
  void refusedLoginToTheFirewall() {
    assertEvent(
        format,
        HEAD
            + "%ASA-6-605004: Login denied from 203.0.113.9/40112 to outside:192.0.2.1/ssh"
            + " for user \"root\"",
        """
        {'@timestamp':'2026-01-15T08:00:01.000Z',
         'event':{'kind':'event','category':['authentication'],'type':['start'],'outcome':'failure',
          'action':'login','code':'605004','severity':6},
         'source':{'address':'203.0.113.9','ip':'203.0.113.9','port':40112},
         'destination':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'user':{'name':'root'},
         'host':{'hostname':'edge'},
         'network':{'protocol':'ssh'},
         'observer':{'hostname':'edge','vendor':'Cisco','product':'asa','type':'firewall',
          'egress':{'interface':{'name':'outside'}}},
         'related':{'ip':['192.0.2.1','203.0.113.9'],'user':['root']}}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "605005: Login permitted from 2001:db8::9/1 to in:192.0.2.1/https for user \"eve\" | start | success | 2001:db8::9 | eve",
        "113005: AAA user authentication Rejected : reason = AAA failure : server = 10.0.0.5 : user = eve : user IP = 203.0.113.9 | start | failure | 203.0.113.9 | eve",
        "113015: AAA user authentication Rejected : reason = Invalid password : local database : user = John Doe : user IP = 203.0.113.9 | start | failure | 203.0.113.9 | John Doe",
        "113015: AAA user authentication Rejected : reason = User was not found : local database : user = eve | info | failure | - | eve",
        "113012: AAA user authentication Successful : local database : user = eve | info | success | - | eve",
        "113004: AAA user authentication Successful : server = 10.0.0.5 : user = eve | info | success | - | eve",
        "113008: AAA transaction status ACCEPT : user = eve | info | success | - | eve",
        "113008: AAA transaction status REJECT : user = eve | info | failure | - | eve",
        "611101: User authentication succeeded: IP address: 203.0.113.9, Uname: eve | info | success | 203.0.113.9 | eve",
        "611102: User authentication failed: Uname: eve | info | failure | - | eve",
        "716038: Group <G> User <eve> IP <203.0.113.9> Authentication: successful, Session Type: WebVPN. | start | success | 203.0.113.9 | eve",
        "716039: Group <G> User <eve> IP <203.0.113.9> Authentication: rejected, Session Type: WebVPN. | info | failure | 203.0.113.9 | eve",
        "109006: Authentication failed for user 'eve' from 203.0.113.9/40 to 192.0.2.1/80 on interface out | start | failure | 203.0.113.9 | eve",
        "109005: Authentication succeeded for user 'eve' from 203.0.113.9/40 to 192.0.2.1/80 on interface out | start | success | 203.0.113.9 | eve",
      })
  void logins(String message, String type, String outcome, String ip, String user) {
    SecurityEvent event = event(message);
    assertThat(event.event().category()).containsExactly("authentication");
    assertThat(event.event().type()).containsExactly(type);
    assertThat(event.event().outcome()).isEqualTo(outcome);
    assertThat(event.source() == null ? null : event.source().ip()).isEqualTo(ip);
    assertThat(event.user().name()).isEqualTo(user);
  }

  /** Every layout: message, then action, types, source and destination as address/port. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "-",
      value = {
        "106001: Inbound TCP connection denied from 192.0.2.9/1 to 192.0.2.8/2 flags SYN ACK  on interface out | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "106002: TCP Connection denied by outbound list acl_1 src 192.0.2.9 dest 192.0.2.8 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106006: Deny inbound UDP from 192.0.2.9/1 to 192.0.2.8/2 on interface in | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "106007: Deny inbound UDP from 192.0.2.9/1 to 192.0.2.8/53 due to DNS Query | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/53",
        "106010: Deny inbound protocol 47 src out:192.0.2.9 dst out:192.0.2.8 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106013: Dropping echo request from 192.0.2.9 to PAT address 192.0.2.8 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106014: Deny inbound icmp src out:192.0.2.9 dst in:192.0.2.8 (type 8, code 0) | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106015: Deny TCP (no connection) from 192.0.2.9/1 to 192.0.2.8/2 flags RST  on interface out | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "106016: Deny IP spoof from (192.0.2.9) to 192.0.2.8 on interface out | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106017: Deny IP due to Land Attack from 192.0.2.9 to 192.0.2.9 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.9/",
        "106018: ICMP packet type 8 denied by outbound list acl_1 src 192.0.2.9 dest 192.0.2.8 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106020: Deny IP teardrop fragment (size = 9, offset = 8) from 192.0.2.9 to 192.0.2.8 | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106021: Deny UDP reverse path check from 192.0.2.9 to 192.0.2.8 on interface out | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106022: Deny tcp connection spoof from 192.0.2.9 to 192.0.2.8 on interface out | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106023: Deny icmp src in:192.0.2.9 dst out:192.0.2.8 (type 3, code 1) by access-group \"a\" [0x0, 0x0] | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106023: Deny protocol 41 src in:192.0.2.9 dst out:192.0.2.8 by access-group \"a\" [0x0, 0x0] | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "106100: access-list acl permitted tcp in/192.0.2.9(1)(LOCAL\\eve) -> out/2001:db8::8(2) hit-cnt 1 first hit [0x0, 0x0] | firewall-rule | connection,allowed | 192.0.2.9/1 | 2001:db8::8/2",
        "106100: access-list acl est-allowed udp in/192.0.2.9(1) -> out/192.0.2.8(2) hit-cnt 9 300-second interval [0x0, 0x0] | firewall-rule | connection,allowed | 192.0.2.9/1 | 192.0.2.8/2",
        "106102: access-list acl denied tcp for user 'eve' in/192.0.2.9(1) -> out/192.0.2.8(2) hit-cnt 1 first hit | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "106103: access-list acl denied udp for user eve in/192.0.2.9 1 out 192.0.2.8 2 hit-cnt 1 first hit | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "110002: Failed to locate egress interface for UDP from in:192.0.2.9/1 to 192.0.2.8/2 | - | info | 192.0.2.9/1 | 192.0.2.8/2",
        "110003: Routing failed to locate next hop for UDP from in:192.0.2.9/1 to out:192.0.2.8/2 | - | info | 192.0.2.9/1 | 192.0.2.8/2",
        "111008: User 'eve' executed the 'write' command. | command | change | - | -",
        "111010: User 'eve', running 'CLI' from IP 192.0.2.9, executed 'reload' | command | change | 192.0.2.9/ | -",
        "113019: Group = G, Username = eve, IP = 192.0.2.9, Session disconnected. Session Type: SSL, Duration: 1d 2h:03m:04s, Bytes xmt: 1, Bytes rcv: 2, Reason: Idle Timeout | flow-expiration | connection,end | 192.0.2.9/ | /",
        "302003: Built H245 connection for foreign_address 192.0.2.8/2 local_address 192.0.2.9/1 | flow-creation | connection,start | 192.0.2.9/1 | 192.0.2.8/2",
        "302010: 3 in use, 9 most used | - | info | - | -",
        "302012: Pre-allocate H225 Call Signalling Connection for faddr 192.0.2.8/2 to laddr 192.0.2.9 | - | info | 192.0.2.9/ | 192.0.2.8/2",
        "302016 Teardown UDP connection 5 for out:192.0.2.9/1 eve to in:192.0.2.8/2 bob duration 0:00:05 bytes 7 | flow-expiration | connection,end | 192.0.2.9/1 | 192.0.2.8/2",
        "302017: Built inbound GRE connection 5 from out:192.0.2.9 (192.0.2.9) to in:192.0.2.8/7 (192.0.2.8/7) | flow-creation | connection,start | 192.0.2.9/ | 192.0.2.8/",
        "302018: Teardown GRE connection 5 from out:192.0.2.9/7 to in:192.0.2.8/7 duration 0:00:05 bytes 7 | flow-expiration | connection,end | 192.0.2.9/ | 192.0.2.8/",
        "302021: Teardown ICMP connection for faddr a.example/0 gaddr 192.0.2.7/0 laddr b_c.example/0 | flow-expiration | connection,end | b_c.example/ | a.example/",
        "302035: Built inbound SCTP connection 5 for out:192.0.2.9/1 (192.0.2.9/1) to in:192.0.2.8/2 (192.0.2.8/2) | flow-creation | connection,start | 192.0.2.9/1 | 192.0.2.8/2",
        "302036: Teardown SCTP connection 5 for out:192.0.2.9/1 to in:192.0.2.8/2 duration 0:00:05 bytes 7 SCTP Aborted | flow-expiration | connection,end | 192.0.2.9/1 | 192.0.2.8/2",
        "303002: FTP connection from in:192.0.2.9/1 to out:192.0.2.8/21, user eve Stored file a.txt | firewall-rule | connection,allowed | 192.0.2.9/1 | 192.0.2.8/21",
        "304001: eve@192.0.2.9 Accessed URL 192.0.2.8:http://www.example.org:8080/a/b.html?q=1 | firewall-rule | connection,allowed | 192.0.2.9/ | 192.0.2.8/",
        "304001: 2001:db8::9 Accessed URL 2001:db8::8:/a | firewall-rule | connection,allowed | 2001:db8::9/ | 2001:db8::8/",
        "304002: Access denied URL http://www.example.org SRC 192.0.2.9 DEST 192.0.2.8 on interface in | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "305005: No translation group found for udp src in:192.0.2.9/1 dst out:192.0.2.8/2 | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "305006: portmap translation creation failed for icmp src in:192.0.2.9 dst out:192.0.2.8 (type 8, code 0) | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "305009: Built static translation from in:192.0.2.9 to out:192.0.2.8 | flow-creation | connection,start | 192.0.2.9/ | 192.0.2.8/",
        "305010: Teardown static translation from in:192.0.2.9 to out(acl):192.0.2.8 duration 0:00:05 | flow-expiration | connection,end | 192.0.2.9/ | 192.0.2.8/",
        "305011: Built dynamic TCP translation from in:192.0.2.9/1 to out(acl):192.0.2.8/2 | flow-creation | connection,start | 192.0.2.9/1 | 192.0.2.8/2",
        "305012: Teardown dynamic UDP translation from in:192.0.2.9/1(LOCAL\\eve) to out:192.0.2.8/2 duration 0:00:30 | flow-expiration | connection,end | 192.0.2.9/1 | 192.0.2.8/2",
        "305013: Asymmetric NAT rules matched for forward and reverse flows; Connection for tcp src in:192.0.2.9/1 dst out:192.0.2.8/2 denied due to NAT reverse path failure | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "313001: Denied ICMP type=3, code=1 from 192.0.2.9 on interface out | firewall-rule | connection,denied | 192.0.2.9/ | -",
        "313004: Denied ICMP type=0, from laddr 192.0.2.9 on interface in to 192.0.2.8: no matching session | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "313005: No matching connection for ICMP error message: icmp src out:192.0.2.9 dst identity:192.0.2.8 (type 3, code 3) on out interface.  Original IP payload: udp src 192.0.2.8/5 dst 192.0.2.9/6. | firewall-rule | connection,denied | 192.0.2.9/ | 192.0.2.8/",
        "313008: Denied ICMPv6 type=134, code=0 from fe80::1 on interface in | firewall-rule | connection,denied | fe80::1/ | -",
        "314003: Dropped RTSP traffic from in:192.0.2.9 due to: RTP port out of range | firewall-rule | connection,denied | 192.0.2.9/ | -",
        "315011: SSH session from 192.0.2.9 on interface in for user \"eve\" disconnected by SSH server, reason: \"TimeOut activated\" (0x00) | flow-expiration | connection,end | 192.0.2.9/ | -",
        "322001: Deny MAC address 0200.00aa.0001, possible spoof attempt on interface in | firewall-rule | connection,denied | - | -",
        "338001: Dynamic Filter monitored blacklisted TCP traffic from out:192.0.2.9/1 (192.0.2.9/1) to in:192.0.2.8/2 (192.0.2.8/2), source 192.0.2.9 resolved from local list: bad.example | firewall-rule | info | 192.0.2.9/1 | 192.0.2.8/2",
        "338002: Dynamic Filter permitted black listed TCP traffic from in:192.0.2.9/1 (192.0.2.7/9) to out:192.0.2.8/2 (192.0.2.8/2), destination 192.0.2.8 resolved from dynamic list: bad.example | firewall-rule | connection,allowed | 192.0.2.9/1 | 192.0.2.8/2",
        "338006: Dynamic Filter dropped greylisted TCP traffic from in:192.0.2.9/1 (192.0.2.7/9) to out:192.0.2.8/2 (192.0.2.8/2), destination 192.0.2.8 resolved from dynamic list: 192.0.2.8/255.255.255.255, threat-level: high, category: Malware | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "410001: Dropped UDP DNS request from in:192.0.2.9/1 to out:192.0.2.8/53; label length 99 bytes exceeds protocol limit of 63 bytes | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/53",
        "419001: Dropping TCP packet from in:192.0.2.9/1 to out:192.0.2.8/2, reason: MSS exceeded, MSS 1380, data 1460 | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/2",
        "419002: Duplicate TCP SYN from in:192.0.2.9/1 to out:192.0.2.8/2 with different initial sequence number | - | info | 192.0.2.9/1 | 192.0.2.8/2",
        "500003: Bad TCP hdr length (hdrlen=4, pktlen=74) from 192.0.2.9/0 to 192.0.2.8/0, flags: INVALID, on interface out | - | info | 192.0.2.9/0 | 192.0.2.8/0",
        "500004: Invalid transport field for protocol=UDP, from 192.0.2.9/0 to 192.0.2.8/0 | - | info | 192.0.2.9/0 | 192.0.2.8/0",
        "602303: IPSEC: An inbound remote access SA (SPI= 0x1) between 192.0.2.9 and 192.0.2.8 (user= eve) has been created. | - | info | - | -",
        "602303: IPSEC: An inbound LAN-to-LAN SA (SPI= 0x1) between 192.0.2.9 and 192.0.2.8 (user= eve) has been created. | created | connection,start | 192.0.2.9/ | 192.0.2.8/",
        "609001: Built local-host in:192.0.2.9 | flow-creation | connection,start | 192.0.2.9/ | -",
        "609002: Teardown local-host in:192.0.2.9 duration 0:00:05 | flow-expiration | connection,end | 192.0.2.9/ | -",
        "710002: TCP access permitted from 192.0.2.9/1 to in:192.0.2.8/ssh | firewall-rule | connection,allowed | 192.0.2.9/1 | 192.0.2.8/",
        "710003: TCP access denied by ACL from 192.0.2.9/1 to out:192.0.2.8/443 | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/443",
        "710004: TCP connection limit exceeded from 192.0.2.9/1 to in:192.0.2.8/22 (current connections/connection limit = 5/5) | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.8/22",
        "710005: UDP request discarded from 192.0.2.9/1 to in:192.0.2.255/138 | firewall-rule | connection,denied | 192.0.2.9/1 | 192.0.2.255/138",
        "716001: Group <G> User <eve> IP <192.0.2.9> WebVPN session started. | flow-creation | connection,start | 192.0.2.9/ | -",
        "716002: Group <G> User <eve> IP <192.0.2.9> WebVPN session terminated: User Requested. | flow-expiration | connection,end | 192.0.2.9/ | -",
        "722022: Group <G> User <eve> IP <192.0.2.9> TCP SVC connection established without compression | - | info | 192.0.2.9/ | -",
        "722041: TunnelGroup <T> GroupPolicy <G> User <eve> IP <192.0.2.9> No IPv6 address available for SVC connection | - | info | 192.0.2.9/ | -",
        "722051: Group <G> User <eve> IP <192.0.2.9> IPv4 Address <10.0.0.9> IPv6 address <::> assigned to session | - | info | 192.0.2.9/ | -",
        "713259: Group = G, Username = eve, IP = 192.0.2.9, Session is being torn down. | - | info | 192.0.2.9/ | -",
        "713050: Group = 192.0.2.9, IP = 192.0.2.9, Connection terminated | - | info | 192.0.2.9/ | -",
        "713202: IP = 192.0.2.9, Duplicate first packet detected. | - | info | 192.0.2.9/ | -",
        "725001: Starting SSL handshake with client out:192.0.2.9/1 for TLSv1.2 session. | - | info | 192.0.2.9/1 | -",
        "725002: Device completed SSL handshake with client out:192.0.2.9/1 to 192.0.2.8/443 for TLSv1.2 session | - | info | 192.0.2.9/1 | -",
        "725003: SSL client out:192.0.2.9/1 request to resume previous session. | - | info | 192.0.2.9/1 | -",
        "725007: SSL session with client out:192.0.2.9/1 terminated. | - | info | 192.0.2.9/1 | -",
        "733100: [ Scanning] drop rate-1 exceeded. Current burst rate is 1 per second, max configured rate is 10 | - | info | - | -",
        "734001: DAP: User eve, Addr 192.0.2.9, Connection AnyConnect: The following DAP records were selected | - | info | 192.0.2.9/ | -",
        "106023: Deny tcp src in:[192.0.2.9/1 dst out:192.0.2.8/2 by access-group \"a\" | - | info | - | -",
        "999999: A message that nobody has seen | - | info | - | -",
      })
  void everyLayout(String message, String action, String types, String source, String destination) {
    SecurityEvent event = event(message);
    assertThat(event.event().code()).isEqualTo(message.substring(0, 6));
    assertThat(event.event().severity()).isEqualTo(5);
    assertThat(event.event().action()).isEqualTo(action);
    assertThat(String.join(",", event.event().type())).isEqualTo(types);
    assertThat(endpoint(event.source())).isEqualTo(source);
    assertThat(endpoint(event.destination())).isEqualTo(destination);
    if (event.event().action() == null) {
      assertThat(event.message()).isEqualTo(message.substring(7).strip());
    }
  }

  private static String endpoint(Ecs.Endpoint endpoint) {
    if (endpoint == null) {
      return null;
    }
    return (endpoint.address() == null ? "" : endpoint.address())
        + "/"
        + (endpoint.port() == null ? "" : endpoint.port());
  }

  @Test
  void partsOfAUrl() {
    SecurityEvent event =
        event(
            "304001: eve@192.0.2.9 Accessed URL"
                + " 192.0.2.8:http://www.example.org:8080/a/b.html?q=1");
    assertThat(event.source().user().name()).isEqualTo("eve");
    assertThat(event.url())
        .isEqualTo(
            new Ecs.Url(
                "http://www.example.org:8080/a/b.html?q=1",
                null,
                "http",
                "www.example.org",
                8080,
                "/a/b.html",
                "q=1",
                "html"));
  }

  @Test
  void whatADynamicFilterKnows() {
    SecurityEvent event =
        event(
            "338004: Dynamic Filter monitored blacklisted TCP traffic from in:192.0.2.9/1"
                + " (192.0.2.7/9) to out:192.0.2.8/2 (192.0.2.8/2), destination 192.0.2.8 resolved"
                + " from dynamic list: bad.example, threat-level: high, category: Malware");
    assertThat(event.event().category()).containsExactly("network", "intrusion_detection");
    assertThat(event.destination().domain()).isEqualTo("bad.example");
    assertThat(event.destination().ip()).isEqualTo("192.0.2.8");
    assertThat(event.rule().category()).isEqualTo("Malware");
    assertThat(event.labels()).containsEntry("threat_level", "high");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "<166>Jan 15 08:00:01 192.0.2.1 %ASA-6-302010: x      | 2026-01-15T08:00:01Z | 192.0.2.1 | - | -",
        "Jan 15 2026 08:00:01 edge : %ASA-6-302010: x         | 2026-01-15T08:00:01Z | edge | - | -",
        "Jan 15 2026 08:00:01 edge: %PIX-6-302010: x          | 2026-01-15T08:00:01Z | edge | - | -",
        "Jan 15 2026 08:00:01 : %ASA-6-302010 x               | 2026-01-15T08:00:01Z | - | - | -",
        "Jan 15 2026 08:00:01: %ASA-6-302010: x               | 2026-01-15T08:00:01Z | - | - | -",
        "Jan 15 2026 08:00:01.250 EST: %ASA-session-6-302010: x | 2026-01-15T13:00:01.250Z | - | - | -",
        "<165>:Jan 15 08:00:01 EST: %ASA-config-6-302010: x   | 2026-01-15T13:00:01Z | - | - | -",
        "Jan 15 08:00:01 edge asa[77]: %ASA-6-302010: x       | 2026-01-15T08:00:01Z | edge | asa | 77",
        "2026-01-15T08:00:01Z edge : %ASA-6-302010: x         | 2026-01-15T08:00:01Z | edge | - | -",
        "<166>2026-01-15T08:00:01Z: %ASA-6-302010: x          | 2026-01-15T08:00:01Z | - | - | -",
        "<166>1 2026-01-15T08:00:01Z edge - - - - %ASA-6-302010: x | 2026-01-15T08:00:01Z | edge | - | -",
        "<166>1 2026-01-15T08:00:01Z edge : %ASA-6-302010: a b c | 2026-01-15T08:00:01Z | edge | - | -",
        "Jan 16 09:00:00 192.0.2.1 Jan 15 2026 08:00:01 edge : %ASA-6-302010: x | 2026-01-15T08:00:01Z | edge | - | -",
        "Jan 16 09:00:00 192.0.2.1 Jan 15 2026 08:00:01: %ASA-6-302010: x | 2026-01-15T08:00:01Z | 192.0.2.1 | - | -",
      })
  void everySpellingOfTheHeader(String line, String time, String host, String program, Long pid) {
    ParsedLine result = parse(format, line);
    assertThat(result.failure()).isNull();
    SecurityEvent event = result.event();
    assertThat(event.timestamp()).isEqualTo(time);
    assertThat(event.event().code()).isEqualTo("302010");
    assertThat(event.host() == null ? null : event.host().hostname()).isEqualTo(host);
    assertThat(event.process() == null ? null : event.process().name()).isEqualTo(program);
    assertThat(event.process() == null ? null : event.process().pid()).isEqualTo(pid);
  }

  @Test
  void whatIsRefusedAndWhy() {
    assertRefused(format, "%ASA-6-302010: 3 in use", "unparsable time");
    assertRefused(format, "<166>%ASA-6-302010: 3 in use", "unparsable time");
    assertRefused(format, "Foo 15 2026 08:00:01: %ASA-6-302010: 3 in use", "unparsable time");
    assertRefused(format, "Feb 30 2026 08:00:01: %ASA-6-302010: 3 in use", "unparsable time");
    assertRefused(format, HEAD + "%ASA-6-3020", "malformed message tag");
    assertRefused(format, HEAD + "%ASA-", "malformed message tag");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Jan 15 08:00:01 host sshd[1]: Invalid user %ASA-6-302010: x from 192.0.2.9",
        "Jan 15 08:00:01 host kernel: %ASA-6-302010: x",
        "2026-01-15 08:00:01 192.0.2.1 GET /a %ASA-6-302010: 80",
        "2026-01-15 08:00:01 GET /a %ASA-6-302010: 80",
        "192.0.2.1 - - [15/Jan/2026:08:00:01 +0000] \"GET / %ASA-6-302010: x\"",
        "Jan 15 08:00:01 host prog: progress 50%ASA-6-302010: x",
        "Jan 15 08:00:01 switch : %SYS-5-CONFIG_I: Configured from console",
      })
  void linesOfOthers(String line) {
    assertNotTaken(format, line);
  }

  @Test
  void noLineIsThrownAtAnyone() {
    LineMutations.assertSurvives(
        format,
        List.of(
            HEAD
                + "%ASA-6-302014: Teardown TCP connection 79 for outside:203.0.113.9/40112(LOCAL\\bob)"
                + " to inside:10.9.8.7/443 duration 1d 1:00:01 bytes 4096 TCP Reset-O (bob)",
            HEAD
                + "%ASA-5-302013: Built outbound TCP connection 77 for outside:2001:db8::7/443"
                + " (198.51.100.7/443) to inside:10.9.8.7/50001 (203.0.113.2/61234)",
            HEAD
                + "%ASA-4-338004: Dynamic Filter monitored blacklisted TCP traffic from"
                + " in:192.0.2.9/1 (192.0.2.7/9) to out:192.0.2.8/2 (192.0.2.8/2), destination"
                + " 192.0.2.8 resolved from dynamic list: bad.example, threat-level: high,"
                + " category: Malware",
            "Jan 15 09:00:00 192.0.2.1 Jan 15 2026 08:00:01: %ASA-5-304001: eve@192.0.2.9 Accessed"
                + " URL 192.0.2.8:http://[2001:db8::1]:80/a.b?c"),
        3_000);
    assertThatCode(
            () -> {
              String endless = "a:b.".repeat(100_000);
              event("609001: Built local-host in:" + endless);
              event("609001: Built local-host " + endless);
              event(
                  "106015: Deny TCP (no connection) from a/1 to b/2 flags " + "A ".repeat(100_000));
              event("304001: " + endless + " Accessed URL " + endless + ":" + endless);
              event("302013: Built inbound TCP connection 1 for a:b/1 (" + "(".repeat(100_000));
            })
        .doesNotThrowAnyException();
  }

  private SecurityEvent event(String message) {
    ParsedLine result = parse(format, HEAD + "%ASA-5-" + message);
    assertThat(result.failure()).isNull();
    return result.event();
  }
}
