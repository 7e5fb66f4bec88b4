package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyslogFormatTest {
  private final LogFormat format = new SyslogFormat();

  @Test
  void anyProgram() {
    assertEvent(
        format,
        "<30>1 2026-02-03T04:05:06.5Z gate backup 9 ID7 [a@1 b=\"x \\\" ] y\"] \uFEFFfinished",
        """
        {'@timestamp':'2026-02-03T04:05:06.500Z','event':{'kind':'event'},
         'host':{'hostname':'gate'},'process':{'name':'backup','pid':9},'message':'finished'}""");
  }

  @Test
  void anAccessLogThatSyslogRelays() {
    assertEvent(
        format,
        "Feb  3 04:05:06 gate nginx: 192.0.2.8 - - \"GET / HTTP/1.1\" 200 5",
        """
        {'@timestamp':'2026-02-03T04:05:06.000Z','event':{'kind':'event'},
         'host':{'hostname':'gate'},'process':{'name':'nginx'},
         'message':'192.0.2.8 - - \\"GET / HTTP/1.1\\" 200 5'}""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "useradd[8]: new user: name=ann, UID=1001, GID=1002, home=/home/ann"
            + "|'category':['iam'],'type':['user','creation'],'outcome':'success'"
            + "|'user':{'name':'ann','id':'1001'},'related':{'user':['ann']}",
        "useradd[8]: failed adding user 'ann', exit code: 9"
            + "|'category':['iam'],'type':['user','creation'],'outcome':'failure'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']}",
        "userdel[8]: delete user 'ann'"
            + "|'category':['iam'],'type':['user','deletion'],'outcome':'success'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']}",
        "usermod[8]: change user 'ann' shell from '/bin/sh' to '/bin/false'"
            + "|'category':['iam'],'type':['user','change'],'outcome':'success'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']}",
        "groupadd[8]: new group: name=ops, GID=1002"
            + "|'category':['iam'],'type':['group','creation'],'outcome':'success'"
            + "|'labels':{'group_name':'ops','group_id':'1002'}",
        "passwd[8]: pam_unix(passwd:chauthtok): password changed for ann"
            + "|'category':['iam'],'type':['user','change'],'outcome':'success','action':'password_changed'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']}",
        "sudo[8]:      ann : TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/bin/ls USER=x"
            + "|'action':'sudo'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']},'labels':{'effective_user':'root'}",
        "sudo[8]: ann : user NOT in sudoers ; TTY=pts/0 ; PWD=/tmp ; USER=root ; COMMAND=/bin/ls"
            + "|'action':'sudo','outcome':'failure','reason':'user NOT in sudoers'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']},'labels':{'effective_user':'root'}",
        "su[8]: FAILED su for root by ann"
            + "|'category':['authentication'],'type':['info'],'action':'su','outcome':'failure'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']},'labels':{'effective_user':'root'}",
        "su[8]: pam_unix(su:session): session opened for user root(uid=0) by ann(uid=1001)"
            + "|'category':['session'],'type':['start'],'action':'session_opened'"
            + "|'user':{'name':'ann','id':'1001'},'related':{'user':['ann']},'labels':{'effective_user':'root'}",
        "CRON[8]: pam_unix(cron:session): session closed for user ann"
            + "|'category':['session'],'type':['end'],'action':'session_closed'"
            + "|'user':{'name':'ann'},'related':{'user':['ann']}",
        "ftpd(pam_unix)[8]: authentication failure; logname= uid=0 euid=0 tty=ftp ruser=a rhost=192.0.2.4 rhost=192.0.2.8"
            + "|'category':['authentication'],'type':['info'],'outcome':'failure','action':'pam_authentication'"
            + "|'source':{'address':'192.0.2.8','ip':'192.0.2.8'},'user':{'name':'a rhost=192.0.2.4'},"
            + "'related':{'ip':['192.0.2.8'],'user':['a rhost=192.0.2.4']}",
      })
  void whatIsSaidOfUsers(String tagged, String event, String fields) {
    int colon = tagged.indexOf(": ");
    String name = tagged.substring(0, tagged.indexOf('[')).replace("(pam_unix)", "");
    assertEvent(
        format,
        "Feb  3 04:05:06 gate " + tagged,
        "{'@timestamp':'2026-02-03T04:05:06.000Z','event':{'kind':'event',"
            + event
            + "},'host':{'hostname':'gate'},'process':{'name':'"
            + name
            + "','pid':8},'message':"
            + message(tagged.substring(colon + 2).stripLeading())
            + ","
            + fields
            + "}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Feb  3 04:05:06 gate sshd[7]: Invalid user eve from 192.0.2.8",
        "Feb  3 04:05:06 gate sshd(pam_unix)[7]: session closed for user eve",
        "Feb  3 04:05:06 gate sshd-session: x",
        "Feb  3 04:05:06 gate kernel: IN=eth0 OUT= SRC=192.0.2.8 DST=192.0.2.1 LEN=40 PROTO=TCP",
        "Feb  3 04:05:06 gate kernel: TTL=64 ID=1 PROTO=TCP",
        "Feb  3 04:05:06 gate kernel: usb 1-1: new device",
        "Feb  3 04:05:06 gate snort: [1:1:1] x",
        "Feb  3 04:05:06 gate snort[7]: [1:1:1] x",
        "Feb  3 04:05:06 gate suricata[7]: [1:1:1] x",
        "Feb  3 2026 04:05:06 gate : %ASA-6-302013: Built",
        "Feb  3 04:05:06 gate fw[1]: %FTD-6-302013: Built",
        "Feb  3 04:05:06 %PIX-6-302013: Built",
        "Feb  3 04:05:06 gate ulogd[7]: IN=eth0 SRC=192.0.2.8 DST=192.0.2.1 LEN=40 PROTO=TCP",
        "Feb  3 04:05:06 gate last message repeated 2 times",
        "Feb  3 04:05:06 1,2026/02/03 04:05:06,0016,TRAFFIC,end",
        "04:05:06 gate backup: finished",
        "backup: finished",
      })
  void whatBelongsToOtherFormats(String line) {
    assertNotTaken(format, line);
  }

  /** What a user typed, say, must not keep the line from being read. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Feb  3 04:05:06 gate sudo: eve : PWD=/ ; COMMAND=/bin/echo %ASA-6-302013: x",
        "Feb  3 04:05:06 gate sudo: eve : PWD=/ ; COMMAND=/bin/echo SRC=1 DST=2 PROTO=TCP",
        "Feb  3 04:05:06 gate app[1]: user %FTD-1-302013: unknown",
      })
  void whatOnlyLooksLikeOtherFormats(String line) {
    assertThat(FormatFixture.parse(format, line).event().event().original()).isEqualTo(line);
  }

  @Test
  void whatIsRefusedAndWhy() {
    assertRefused(format, "Feb 31 04:05:06 gate backup: finished", "unparsable time");
    assertRefused(format, "<30>1 2026-13-03T04:05:06Z gate backup - - -", "unparsable time");
    assertRefused(format, "2026-06-01T00:05:01Z gate backup: finished", "time in the future");
  }

  /** As a JSON string in which the fixture finds no single quote. */
  private static String message(String text) {
    return "\"" + text.replace("'", "\\u0027") + "\"";
  }
}
