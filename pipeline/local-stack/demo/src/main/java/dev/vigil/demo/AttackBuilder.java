package dev.vigil.demo;

import dev.vigil.demo.Sighting.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Gathers the lines of an attack, and what detections can see in them. */
final class AttackBuilder {
  private static final int SSH = 22;

  private final SplittableRandom random;
  private final LogLines lines;
  private final AddressPlan addresses;
  private final List<LogEntry> entries = new ArrayList<>();
  private final List<Sighting> sightings = new ArrayList<>();
  private final TreeSet<String> sources = new TreeSet<>();

  AttackBuilder(SplittableRandom random, LogLines lines, AddressPlan addresses) {
    this.random = random;
    this.lines = lines;
    this.addresses = addresses;
  }

  AddressPlan addresses() {
    return addresses;
  }

  LogLines lines() {
    return lines;
  }

  List<LogEntry> entries() {
    return entries;
  }

  List<Sighting> sightings() {
    return sightings;
  }

  /** The addresses that it comes from, in order. */
  List<String> sources() {
    return List.copyOf(sources);
  }

  /** A number from the first to the last. */
  int between(int first, int last) {
    return random.nextInt(first, last + 1);
  }

  <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /** A line in which no detection sees anything. */
  void add(String source, LogEntry entry) {
    sources.add(source);
    entries.add(entry);
  }

  private void addLogin(String source, LogEntry entry, long attempts) {
    add(source, entry);
    sightings.add(
        new Sighting(Side.LOGIN, source, LogLines.shown(entry.file(), entry.millis()), attempts));
  }

  private void addAlert(String source, LogEntry entry) {
    add(source, entry);
    sightings.add(new Sighting(Side.IDS, source, LogLines.shown(entry.file(), entry.millis()), 1));
  }

  /** An attempt with a wrong password. Of a user that there is not, sshd says so first. */
  void failedSsh(LogFile file, long millis, String source, String user, boolean known) {
    int port = lines.port();
    if (!known) {
      add(
          source,
          lines.sshd(file, millis, "Invalid user " + user + " from " + source + " port " + port));
    }
    addLogin(
        source,
        lines.sshd(
            file,
            millis,
            "Failed password for "
                + (known ? "" : "invalid user ")
                + user
                + " from "
                + source
                + " port "
                + port
                + " ssh2"),
        1);
  }

  /** A line by which rsyslog stands for several that are the same. */
  void failedSshRepeated(LogFile file, long millis, String source, String user, int times) {
    addLogin(
        source,
        lines.sshd(
            file,
            millis,
            "message repeated "
                + times
                + " times: [ Failed password for "
                + user
                + " from "
                + source
                + " port "
                + lines.port()
                + " ssh2]"),
        times);
  }

  void acceptedSsh(LogFile file, long millis, String source, String user) {
    addLogin(
        source,
        lines.sshd(
            file,
            millis,
            "Accepted password for "
                + user
                + " from "
                + source
                + " port "
                + lines.port()
                + " ssh2"),
        1);
  }

  void portalLogin(long millis, String source, String user, boolean success) {
    addLogin(source, lines.portalLogin(millis, user, source, success), 1);
  }

  void suricataAlert(long millis, String source, int port, IdsSignature signature) {
    addAlert(
        source,
        lines.suricataAlert(
            millis, source, port == SSH ? Company.BASTION : Company.WEB, port, signature));
  }

  void snortAlert(long millis, String source, int port, IdsSignature signature) {
    addAlert(
        source,
        lines.snortAlert(
            millis, source, port == SSH ? Company.BASTION : Company.WEB, port, signature));
  }

  /** A request to the web server. */
  void request(long millis, String source, String request, int status, long bytes, String agent) {
    add(source, lines.access(millis, source, "-", request, status, bytes, agent));
  }
}
