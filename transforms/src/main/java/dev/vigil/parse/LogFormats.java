package dev.vigil.parse;

import java.util.List;

/** Every format that Vigil knows. */
public final class LogFormats {
  /** In the order in which they are tried on the first line of an input. */
  public static final List<LogFormat> ALL =
      List.of(
          new LoginsJson(),
          new IdsJson(),
          new FirewallJson(),
          new WebLogJson(),
          new SuricataEve(),
          new SnortFast(),
          new WebAccessFormat(),
          new IptablesFormat(),
          new CiscoAsaFormat(),
          new SshdFormat(),
          new SyslogFormat());

  private LogFormats() {}

  /** The names of all formats, in that order. */
  public static List<String> names() {
    return ALL.stream().map(LogFormat::name).toList();
  }
}
