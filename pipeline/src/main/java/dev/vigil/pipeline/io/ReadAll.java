package dev.vigil.pipeline.io;

import dev.vigil.event.LogLine;
import dev.vigil.parse.LogParser;
import dev.vigil.parse.ParsedLines;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Reads several kinds of sources beside each other; unbounded if one of them is. */
public final class ReadAll extends PTransform<PBegin, PCollection<ParsedLines>> {
  private static final long serialVersionUID = 1L;

  private final LinkedHashMap<String, PTransform<PBegin, PCollection<ParsedLines>>> sources;

  private ReadAll(LinkedHashMap<String, PTransform<PBegin, PCollection<ParsedLines>>> sources) {
    this.sources = sources;
  }

  /**
   * @param sources by their steps' names
   */
  public static ReadAll of(Map<String, PTransform<PBegin, PCollection<ParsedLines>>> sources) {
    return new ReadAll(new LinkedHashMap<>(sources));
  }

  /** A bounded source, whose lines nobody has looked into yet. */
  public static PTransform<PBegin, PCollection<ParsedLines>> bounded(
      PTransform<PBegin, PCollection<LogLine>> source, LogParser parser) {
    return PTransform.compose(
        begin ->
            begin
                .apply("Read", source)
                .apply(
                    "ToParse",
                    MapElements.into(TypeDescriptor.of(ParsedLines.class))
                        .via(line -> ParsedLines.ofBounded(parser.parse(line))))
                .setCoder(ParsedLines.coder(parser)));
  }

  @Override
  public PCollection<ParsedLines> expand(PBegin begin) {
    PCollectionList<ParsedLines> lines = PCollectionList.empty(begin.getPipeline());
    for (Map.Entry<String, PTransform<PBegin, PCollection<ParsedLines>>> source :
        sources.entrySet()) {
      lines = lines.and(begin.apply(source.getKey(), source.getValue()));
    }
    return lines.size() == 1 ? lines.get(0) : lines.apply("Merge", Flatten.pCollections());
  }
}
