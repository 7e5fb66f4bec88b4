package dev.vigil.parse;

import static dev.vigil.parse.FormatFixture.assertEvent;
import static dev.vigil.parse.FormatFixture.assertNotTaken;
import static dev.vigil.parse.FormatFixture.assertRefused;

import org.junit.jupiter.api.Test;

class WebLogJsonTest {
  private final LogFormat format = new WebLogJson();

  @Test
  void success() {
    assertEvent(
        format,
        """
        {"event_time":"2026-01-15T08:00:00.123Z","source_ip":"203.0.113.5","method":"GET","path":"/items?id=1&q=caf%C3%A9","status":200,"bytes":5120,"user_agent":"curl/8.4.0","username":"alice","event_id":"W1"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.123Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'success'},
         'source':{'address':'203.0.113.5','ip':'203.0.113.5'},
         'user':{'name':'alice'},
         'http':{'request':{'method':'GET'},'response':{'status_code':200,'body':{'bytes':5120}}},
         'url':{'original':'/items?id=1&q=caf%C3%A9','path':'/items','query':'id=1&q=caf%C3%A9'},
         'user_agent':{'original':'curl/8.4.0'},
         'related':{'ip':['203.0.113.5'],'user':['alice']}}""");
  }

  @Test
  void failureAndDashes() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"192.0.2.1","method":"POST","path":"/login?","status":"401","bytes":"-","user_agent":"-","username":"-"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['web'],'type':['access'],'outcome':'failure'},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'http':{'request':{'method':'POST'},'response':{'status_code':401}},
         'url':{'original':'/login?','path':'/login'},
         'related':{'ip':['192.0.2.1']}}""");
  }

  @Test
  void aFullUrlAsAProxyGetsIt() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"192.0.2.1","method":"GET","path":"http://u@example.org:8080/a?b=c://d","status":99}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['web'],'type':['access']},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'http':{'request':{'method':'GET'}},
         'url':{'original':'http://u@example.org:8080/a?b=c://d','full':'http://u@example.org:8080/a?b=c://d','scheme':'http',
                'domain':'example.org','port':8080,'path':'/a','query':'b=c://d'},
         'related':{'ip':['192.0.2.1']}}""");
  }

  @Test
  void theClientCannotMakeTheLineAnothers() {
    assertEvent(
        format,
        """
        {"event_time":1768464000,"source_ip":"192.0.2.1","method":"GET","path":"attack_classification","user_agent":"login_time","username":"severity"}""",
        """
        {'@timestamp':'2026-01-15T08:00:00.000Z',
         'event':{'kind':'event','category':['web'],'type':['access']},
         'source':{'address':'192.0.2.1','ip':'192.0.2.1'},
         'user':{'name':'severity'},
         'http':{'request':{'method':'GET'}},
         'url':{'original':'attack_classification','path':'attack_classification'},
         'user_agent':{'original':'login_time'},
         'related':{'ip':['192.0.2.1'],'user':['severity']}}""");
  }

  @Test
  void whatIsRefusedAndWhy() {
    String rest = "\"method\":\"GET\",\"path\":\"/\",\"status\":200}";
    assertRefused(format, "{\"event_time\":1768464000," + rest, "no source_ip");
    assertRefused(format, "{\"event_time\":true,\"source_ip\":\"::1\"," + rest, "unparsable time");
    assertRefused(
        format, "{\"event_time\":1768464000,\"source_ip\":\"::1\"," + rest + "}", "invalid JSON");
    assertNotTaken(format, "{\"when\":1768464000,\"source_ip\":\"192.0.2.1\"," + rest);
  }
}
