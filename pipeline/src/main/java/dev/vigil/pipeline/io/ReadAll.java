package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;

/** Reads several kinds of sources beside each other; unbounded if one of them is. */
public final class ReadAll extends PTransform<PBegin, PCollection<LogLine>> {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<String, PTransform<PBegin, PCollection<LogLine>>> sources;

  private ReadAll(LinkedHashMap<String, PTransform<PBegin, PCollection<LogLine>>> sources) {
    this.sources = sources;
  }

  /**
   * @param sources by their steps' names
   */
  public static ReadAll of(Map<String, PTransform<PBegin, PCollection<LogLine>>> sources) {
    return new ReadAll(new LinkedHashMap<>(sources));
  }

  @Override
  public PCollection<LogLine> expand(PBegin begin) {
    PCollectionList<LogLine> lines = PCollectionList.empty(begin.getPipeline());
    for (Map.Entry<String, PTransform<PBegin, PCollection<LogLine>>> source : sources.entrySet()) {
      lines = lines.and(begin.apply(source.getKey(), source.getValue()));
    }
    return lines.size() == 1 ? lines.get(0) : lines.apply("Merge", Flatten.pCollections());
  }
}
