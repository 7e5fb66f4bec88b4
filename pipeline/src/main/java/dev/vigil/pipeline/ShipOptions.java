package dev.vigil.pipeline;

import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;

/** What a user of {@link ShipLogs} may set. {@code --help} is made from this interface. */
public interface ShipOptions extends PipelineOptions {

  @Description(
      "What to ship, and where to: pairs of files or globs and topics, separated by commas, as in"
          + " /var/log/auth.log=Logins,/var/log/suricata/*.json=IDS. The topic is what follows the last"
          + " equals sign. Files may be plain or compressed (.gz); a glob should not match the names"
          + " that files get when they are replaced.")
  String getInput();

  void setInput(String value);

  @Description("The Kafka brokers: HOST:PORT, or several separated by commas.")
  String getBootstrapServers();

  void setBootstrapServers(String value);

  @Description(
      "The directory in which is kept how far the files are shipped. For one process at a time.")
  String getState();

  void setState(String value);

  @Description("A file with properties of the Kafka client, such as users and passwords.")
  String getKafkaProperties();

  void setKafkaProperties(String value);

  @Description(
      "This machine's name, where several ship to the same topics: file names begin with it there, as in"
          + " web1:/var/log/auth.log. Events of the same place in files of the same name would have the"
          + " same id.")
  String getHost();

  void setHost(String value);

  @Description(
      "The longest line in bytes; of a longer one only the beginning is shipped, and its true length."
          + " The default leaves room for what else is in a record of a broker's default 1 MiB.")
  @Default.Integer(1_000_000)
  int getMaxLineBytes();

  void setMaxLineBytes(int value);

  @Description(
      "A regular expression: a line in which it is found begins a record, and those without it belong"
          + " to the record before. Without it each line is a record.")
  String getMultiline();

  void setMultiline(String value);

  @Description(
      "With --multiline: after how long without any new line in a file its last record is complete.")
  @Default.String("5s")
  String getMultilineWait();

  void setMultilineWait(String value);

  @Description("Ship what there is in the files, and end. A last line without a newline is left.")
  @Default.Boolean(false)
  boolean getOnce();

  void setOnce(boolean value);
}
