package dev.vigil.pipeline.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.options.PipelineOptions;

/** The files of every file system that Beam knows, by their full names. */
public final class Storage {
  private Storage() {}

  /** Makes the file systems known; before anything else. */
  public static void open(PipelineOptions options) {
    FileSystems.setDefaultPipelineOptions(options);
  }

  /**
   * The files that there are of a name or pattern.
   *
   * @throws IllegalArgumentException if it is no pattern, or of no known file system
   */
  public static List<String> match(String glob) throws IOException {
    return metadata(glob).stream().map(file -> file.resourceId().toString()).toList();
  }

  /** What is known of them. */
  static List<MatchResult.Metadata> metadata(String glob) throws IOException {
    return FileSystems.match(glob, EmptyMatchTreatment.ALLOW).metadata();
  }

  public static InputStream read(String file) throws IOException {
    return Channels.newInputStream(FileSystems.open(FileSystems.matchNewResource(file, false)));
  }

  public static void delete(List<String> files) throws IOException {
    FileSystems.delete(
        files.stream().map(file -> FileSystems.matchNewResource(file, false)).toList());
  }
}
