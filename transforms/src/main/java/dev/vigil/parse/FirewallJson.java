package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decisions of a firewall in JSON: {@code {"event_time", "source_ip", "source_port",
 * "destination_ip", "destination_port", "protocol", "action", "bytes"}}. Each is one connection,
 * allowed or denied as the action says. Other fields are ignored. Only the time and {@code
 * source_ip} are required.
 */
public final class FirewallJson implements LogFormat {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return "firewall";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    if (line.jsonShape() != JsonShape.FIREWALL) {
      return null;
    }
    JsonFields json = JsonFields.parse(line.text());
    String source = json.ip("source_ip");
    IpProtocol protocol = IpProtocol.of(json.text("protocol"));
    SecurityEventBuilder event =
        SecurityEventBuilder.at(json.time("event_time", line.context()))
            .category("network")
            .type("connection")
            .action(json.text("action"))
            .transport(protocol.transport())
            .ianaNumber(protocol.number())
            .networkType(IpProtocol.typeOf(source))
            .networkBytes(json.number("bytes"));
    String verdict = Verdict.of(json.text("action"));
    if (verdict != null) {
      // ECS has the outcome as the firewall sees it: a connection that it blocked is a success.
      event.type(verdict).outcome("success");
    }
    event.source().address(source).port(json.port("source_port"));
    event
        .destination()
        .address(json.strippedText("destination_ip"))
        .port(json.port("destination_port"));
    return event;
  }
}
