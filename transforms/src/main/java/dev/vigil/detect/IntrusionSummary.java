package dev.vigil.detect;

import dev.vigil.event.Intrusion;
import dev.vigil.event.IntrusionFacts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Any number of IDS alerts in bounded space. It depends on the alerts alone, not on their order or
 * on how parts were merged. An event that comes twice counts twice.
 *
 * @param severity the highest; see {@link Severity}
 * @param evidence the first events
 */
public record IntrusionSummary(
    long events,
    Instant first,
    Instant last,
    @Nullable String severity,
    NameSample classifications,
    NameSample signatures,
    List<Evidence> evidence) {

  /** What an alert says of it, with at most {@code shown} names and event ids. */
  IntrusionFacts facts(int shown) {
    List<Evidence> firstEvents = evidence.subList(0, Math.min(shown, evidence.size()));
    return new IntrusionFacts(
        events,
        first,
        last,
        severity,
        classifications.distinct(),
        classifications.first(shown),
        signatures.distinct(),
        signatures.first(shown),
        Evidence.ids(firstEvents),
        events - firstEvents.size());
  }

  /** Sums up IDS alerts, and summaries of IDS alerts. */
  static final class Sum implements Tally<Intrusion, IntrusionSummary> {
    private final int maxEvidence;
    private long events;
    private @Nullable Instant first;
    private @Nullable Instant last;
    private @Nullable String severity;
    private final NameSample.Tally classifications = new NameSample.Tally();
    private final NameSample.Tally signatures = new NameSample.Tally();
    private final List<Evidence> evidence = new ArrayList<>(2);

    /**
     * @param maxEvidence how many events to keep
     */
    Sum(int maxEvidence) {
      this.maxEvidence = maxEvidence;
    }

    @Override
    public Sum add(Intrusion intrusion) {
      events++;
      span(intrusion.timestamp(), intrusion.timestamp());
      severity = Severity.higher(severity, intrusion.severity());
      if (intrusion.classification() != null) {
        classifications.add(intrusion.classification());
      }
      if (intrusion.signature() != null) {
        signatures.add(intrusion.signature());
      }
      Evidence.add(evidence, new Evidence(intrusion.timestamp(), intrusion.eventId()), maxEvidence);
      return this;
    }

    @Override
    public Sum addSummary(@Nullable IntrusionSummary other) {
      if (other != null) {
        events += other.events;
        span(other.first, other.last);
        severity = Severity.higher(severity, other.severity);
        classifications.add(other.classifications);
        signatures.add(other.signatures);
        other.evidence.forEach(e -> Evidence.add(evidence, e, maxEvidence));
      }
      return this;
    }

    @Override
    public @Nullable IntrusionSummary summary() {
      return events == 0
          ? null
          : new IntrusionSummary(
              events,
              first,
              last,
              severity,
              classifications.sample(),
              signatures.sample(),
              List.copyOf(evidence));
    }

    private void span(Instant from, Instant to) {
      first = first == null || from.isBefore(first) ? from : first;
      last = last == null || to.isAfter(last) ? to : last;
    }
  }
}
