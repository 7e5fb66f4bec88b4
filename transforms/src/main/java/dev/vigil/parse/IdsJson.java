package dev.vigil.parse;

import dev.vigil.event.SecurityEventBuilder;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Alerts of an intrusion detection system in JSON: {@code {"event_time", "source_ip",
 * "destination_ip", "severity", "attack_classification", "action"}}, and optionally {@code
 * "signature", "source_port", "destination_port", "protocol"}. Each is one alert of kind {@code
 * alert}; severity, classification and action stand in it in the source's own words. Other fields
 * are ignored. Only the time and {@code source_ip} are required.
 */
public final class IdsJson implements LogFormat {
  private static final long serialVersionUID = 1L;

  @Override
  public String name() {
    return "ids";
  }

  @Override
  public @Nullable SecurityEventBuilder parse(LineText line) throws MalformedLine {
    if (line.jsonShape() != JsonShape.IDS) {
      return null;
    }
    JsonFields json = JsonFields.parse(line.text());
    String source = json.ip("source_ip");
    String classification = json.text("attack_classification");
    IpProtocol protocol = IpProtocol.of(json.text("protocol"));
    SecurityEventBuilder event =
        SecurityEventBuilder.at(json.time("event_time", line.context()))
            .kind("alert")
            .category("intrusion_detection", "network")
            .type(type(json.text("action")))
            .action(json.text("action"))
            .severity(json.number("severity"))
            .severityName(json.text("severity"))
            .attackClassification(classification)
            .ruleCategory(classification)
            .ruleName(json.text("signature"))
            .transport(protocol.transport())
            .ianaNumber(protocol.number())
            .networkType(IpProtocol.typeOf(source));
    event.source().address(source).port(json.port("source_port"));
    // An alert about one host alone, of its own logs say, has no other end.
    event
        .destination()
        .address(json.strippedText("destination_ip"))
        .port(json.port("destination_port"));
    return event;
  }

  private static String type(@Nullable String action) {
    if (action != null && action.strip().equalsIgnoreCase("alert")) {
      return Verdict.ALLOWED;
    }
    String verdict = Verdict.of(action);
    return verdict == null ? "info" : verdict;
  }
}
