package dev.vigil.event;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The field sets of the <a
 * href="https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html">Elastic Common
 * Schema</a> that Vigil fills, with ECS's own names in camel case: {@code statusCode} is {@code
 * status_code}. A component that is a Java keyword ends in an underscore.
 */
public final class Ecs {
  /** The ECS version whose names and meanings these are. */
  public static final String VERSION = "8.17.0";

  private Ecs() {}

  /** {@code event.*}; times in microseconds, {@code duration} in nanoseconds as ECS has it. */
  public record Event(
      String id,
      String kind,
      List<String> category,
      List<String> type,
      @Nullable String outcome,
      @Nullable String action,
      @Nullable String code,
      @Nullable Long severity,
      String dataset,
      @Nullable String reason,
      @Nullable Instant start,
      @Nullable Instant end,
      @Nullable Long duration,
      String original) {}

  /** {@code source.*} and {@code destination.*}. */
  public record Endpoint(
      @Nullable String address,
      @Nullable String ip,
      @Nullable String domain,
      @Nullable Integer port,
      @Nullable String mac,
      @Nullable Long bytes,
      @Nullable Long packets,
      @Nullable Nat nat,
      @Nullable User user) {}

  /** {@code source.nat.*} and {@code destination.nat.*}. */
  public record Nat(@Nullable String ip, @Nullable Integer port) {}

  /** {@code user.*}. */
  public record User(@Nullable String name, @Nullable String domain, @Nullable String id) {}

  /** {@code host.*}. */
  public record Host(String hostname) {}

  /** {@code process.*}. */
  public record Process(@Nullable String name, @Nullable Long pid) {}

  /** {@code network.*}. */
  public record Network(
      @Nullable String transport,
      @Nullable String protocol,
      @Nullable String ianaNumber,
      @Nullable String type,
      @Nullable String direction,
      @Nullable Long bytes,
      @Nullable Long packets) {}

  /** {@code observer.*}. */
  public record Observer(
      @Nullable String hostname,
      @Nullable String vendor,
      @Nullable String product,
      @Nullable String type,
      @Nullable Passage ingress,
      @Nullable Passage egress) {}

  /** {@code observer.ingress.*} and {@code observer.egress.*}. */
  public record Passage(Interface interface_) {}

  /** {@code observer.ingress.interface.*}. */
  public record Interface(String name) {}

  /** {@code http.*}. */
  public record Http(
      @Nullable Request request, @Nullable Response response, @Nullable String version) {}

  /** {@code http.request.*}. */
  public record Request(@Nullable String method, @Nullable String referrer, @Nullable Body body) {}

  /** {@code http.response.*}. */
  public record Response(@Nullable Integer statusCode, @Nullable Body body) {}

  /** {@code http.request.body.*} and {@code http.response.body.*}. */
  public record Body(long bytes) {}

  /** {@code url.*}. */
  public record Url(
      @Nullable String original,
      @Nullable String full,
      @Nullable String scheme,
      @Nullable String domain,
      @Nullable Integer port,
      @Nullable String path,
      @Nullable String query,
      @Nullable String extension) {}

  /** {@code user_agent.*}. */
  public record UserAgent(String original) {}

  /** {@code rule.*}. */
  public record Rule(
      @Nullable String id,
      @Nullable String name,
      @Nullable String category,
      @Nullable String description,
      @Nullable String version)
      implements Serializable {}

  /** {@code related.*}: every address and user that the event names, sorted. */
  public record Related(@Nullable List<String> ip, @Nullable List<String> user) {}

  /** {@code log.*}: the file, if it was one, and the offset in the source. */
  public record Log(LogFile file, long offset) {}

  /** {@code log.file.*}. */
  public record LogFile(String path) {}

  /** {@code kafka.*}, as Filebeat's Kafka input names them. */
  public record Kafka(String topic, int partition, long offset) {}
}
