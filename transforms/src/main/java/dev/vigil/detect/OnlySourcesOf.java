package dev.vigil.detect;

import dev.vigil.event.SourceEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * Keeps the events whose source is also that of an event on the other side: a semi-join, for
 * bounded input in the global window. The other side's sources must fit into memory.
 */
final class OnlySourcesOf<E extends SourceEvent, O extends SourceEvent>
    extends PTransform<PCollection<List<E>>, PCollection<List<E>>> {
  private static final long serialVersionUID = 1L;

  private final PCollection<List<O>> others;

  private OnlySourcesOf(PCollection<List<O>> others) {
    this.others = others;
  }

  static <E extends SourceEvent, O extends SourceEvent> OnlySourcesOf<E, O> events(
      PCollection<List<O>> others) {
    return new OnlySourcesOf<>(others);
  }

  @Override
  public PCollection<List<E>> expand(PCollection<List<E>> events) {
    PCollectionView<Iterable<Iterable<String>>> sources =
        others
            .apply("AllOfThem", Rewindow.globally())
            .apply("Sources", ParDo.of(new SourcesFn<O>()))
            .setCoder(IterableCoder.of(StringUtf8Coder.of()))
            .apply("AsView", View.asIterable());
    return events
        .apply("Keep", ParDo.of(new KeepFn<E>(sources)).withSideInputs(sources))
        .setCoder(events.getCoder());
  }

  /** Each bundle's sources, once. */
  private static final class SourcesFn<O extends SourceEvent>
      extends DoFn<List<O>, Iterable<String>> {
    private static final long serialVersionUID = 1L;

    private transient Set<String> sources;

    @StartBundle
    public void startBundle() {
      sources = new HashSet<>();
    }

    @ProcessElement
    public void add(@Element List<O> events) {
      events.forEach(event -> sources.add(event.source()));
    }

    @FinishBundle
    public void putOut(FinishBundleContext context) {
      context.output(Set.copyOf(sources), GlobalWindow.TIMESTAMP_MIN_VALUE, GlobalWindow.INSTANCE);
    }
  }

  private static final class KeepFn<E extends SourceEvent> extends DoFn<List<E>, List<E>> {
    private static final long serialVersionUID = 1L;

    private final PCollectionView<Iterable<Iterable<String>>> view;
    private transient Set<String> sources;

    KeepFn(PCollectionView<Iterable<Iterable<String>>> view) {
      this.view = view;
    }

    @StartBundle
    public void startBundle() {
      sources = null;
    }

    @ProcessElement
    public void keep(ProcessContext context) {
      if (sources == null) {
        sources = new HashSet<>();
        context.sideInput(view).forEach(bundle -> bundle.forEach(sources::add));
      }
      List<E> kept =
          context.element().stream().filter(event -> sources.contains(event.source())).toList();
      if (!kept.isEmpty()) {
        context.output(kept);
      }
    }
  }
}
