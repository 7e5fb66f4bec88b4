package dev.vigil.stack.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The page's files, all of them in memory. */
final class PageFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final List<String> OURS =
      List.of(
          "index.html",
          "dashboard.css",
          "icon.svg",
          "theme.js",
          "dashboard.js",
          "alert.js",
          "chart.js",
          "dom.js",
          "failures.js",
          "format.js",
          "server.js",
          "time-range.js");

  private final Map<String, PageFile> files = new HashMap<>();

  private PageFiles() {}

  /** A file, as browsers get it. */
  record PageFile(String type, byte[] content) {}

  /**
   * @throws IllegalStateException if one is not on the class path
   */
  static PageFiles load() {
    PageFiles all = new PageFiles();
    for (String name : OURS) {
      all.add("/" + name, name);
    }
    all.files.put("/", all.files.get("/index.html"));
    String uplot = "/META-INF/resources/webjars/uplot/" + uplotVersion() + "/dist/";
    all.add("/uplot.js", uplot + "uPlot.iife.min.js");
    all.add("/uplot.css", uplot + "uPlot.min.css");
    return all;
  }

  private void add(String path, String resource) {
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    files.put(path, new PageFile(type, read(resource)));
  }

  /** Its files are in a directory of that name. */
  private static String uplotVersion() {
    Properties properties = new Properties();
    try (InputStream in = open("/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  private static byte[] read(String resource) {
    try (InputStream in = open(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = PageFiles.class.getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException(
          "there is no "
              + resource
              + ": build it with `mvn -pl pipeline/local-stack/dashboard process-classes`");
    }
    return in;
  }

  /** The file of a path, or null. */
  PageFile get(String path) {
    return files.get(path);
  }
}
