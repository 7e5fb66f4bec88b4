package dev.vigil.event;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Collects what a parser finds in one line and makes the {@link SecurityEvent} of it. Empty strings
 * count as absent; field sets in which nothing was set are left out. What every event has is filled
 * in: category {@code host}, type {@code info} and outcome {@code unknown} where the line tells
 * none. Used once, by one thread.
 */
public final class SecurityEventBuilder {
  private final Instant timestamp;
  private String kind = "event";
  private List<String> category = List.of();
  private List<String> type = List.of();
  private @Nullable String outcome;
  private @Nullable String action;
  private @Nullable String code;
  private @Nullable Long severity;
  private @Nullable String reason;
  private @Nullable Instant start;
  private @Nullable Instant end;
  private @Nullable Long duration;
  private final EndpointBuilder source = new EndpointBuilder();
  private final EndpointBuilder destination = new EndpointBuilder();
  private @Nullable String userName;
  private @Nullable String userDomain;
  private @Nullable String userId;
  private @Nullable String hostname;
  private @Nullable String processName;
  private @Nullable Long processPid;
  private @Nullable String transport;
  private @Nullable String protocol;
  private @Nullable String ianaNumber;
  private @Nullable String networkType;
  private @Nullable String direction;
  private @Nullable Long networkBytes;
  private @Nullable Long networkPackets;
  private @Nullable String observerHostname;
  private @Nullable String observerVendor;
  private @Nullable String observerProduct;
  private @Nullable String observerType;
  private @Nullable String ingress;
  private @Nullable String egress;
  private @Nullable String method;
  private @Nullable String referrer;
  private @Nullable Long requestBytes;
  private @Nullable Integer statusCode;
  private @Nullable Long responseBytes;
  private @Nullable String httpVersion;
  private Ecs.@Nullable Url url;
  private @Nullable String userAgent;
  private @Nullable String ruleId;
  private @Nullable String ruleName;
  private @Nullable String ruleCategory;
  private @Nullable String ruleDescription;
  private @Nullable String ruleVersion;
  private @Nullable String message;
  private @Nullable TreeMap<String, String> labels;
  private @Nullable String severityName;
  private @Nullable String attackClassification;
  private @Nullable Long loginAttempts;

  private SecurityEventBuilder(Instant timestamp) {
    this.timestamp = timestamp.truncatedTo(ChronoUnit.MICROS);
  }

  /** Starts an event that happened at that time; anything finer than a microsecond is cut off. */
  public static SecurityEventBuilder at(Instant timestamp) {
    return new SecurityEventBuilder(timestamp);
  }

  public Instant timestamp() {
    return timestamp;
  }

  /** ECS {@code event.kind}; {@code event} unless set. */
  public SecurityEventBuilder kind(String value) {
    kind = value;
    return this;
  }

  public SecurityEventBuilder category(String... values) {
    category = with(category, values);
    return this;
  }

  private static List<String> with(List<String> before, String... values) {
    return before.isEmpty()
        ? List.of(values)
        : Stream.concat(before.stream(), Stream.of(values)).toList();
  }

  public SecurityEventBuilder type(String... values) {
    type = with(type, values);
    return this;
  }

  /** ECS {@code event.outcome}: {@code success}, {@code failure} or {@code unknown}. */
  public SecurityEventBuilder outcome(@Nullable String value) {
    outcome = present(value);
    return this;
  }

  public SecurityEventBuilder action(@Nullable String value) {
    action = present(value);
    return this;
  }

  public SecurityEventBuilder code(@Nullable String value) {
    code = present(value);
    return this;
  }

  public SecurityEventBuilder severity(@Nullable Long value) {
    severity = value;
    return this;
  }

  public SecurityEventBuilder reason(@Nullable String value) {
    reason = present(value);
    return this;
  }

  public SecurityEventBuilder start(@Nullable Instant value) {
    start = value == null ? null : value.truncatedTo(ChronoUnit.MICROS);
    return this;
  }

  public SecurityEventBuilder end(@Nullable Instant value) {
    end = value == null ? null : value.truncatedTo(ChronoUnit.MICROS);
    return this;
  }

  /** ECS {@code event.duration}, in nanoseconds. */
  public SecurityEventBuilder duration(@Nullable Long nanoseconds) {
    duration = nanoseconds;
    return this;
  }

  /** The {@code source.*} fields. */
  public EndpointBuilder source() {
    return source;
  }

  /** The {@code destination.*} fields. */
  public EndpointBuilder destination() {
    return destination;
  }

  public SecurityEventBuilder user(@Nullable String name) {
    userName = present(name);
    return this;
  }

  public SecurityEventBuilder userDomain(@Nullable String value) {
    userDomain = present(value);
    return this;
  }

  public SecurityEventBuilder userId(@Nullable String value) {
    userId = present(value);
    return this;
  }

  public SecurityEventBuilder host(@Nullable String value) {
    hostname = present(value);
    return this;
  }

  public SecurityEventBuilder process(@Nullable String name, @Nullable Long pid) {
    processName = present(name);
    processPid = pid;
    return this;
  }

  /** ECS {@code network.transport}: {@code tcp}, {@code udp}, {@code icmp} …, lower case. */
  public SecurityEventBuilder transport(@Nullable String value) {
    transport = present(value);
    return this;
  }

  public SecurityEventBuilder protocol(@Nullable String value) {
    protocol = present(value);
    return this;
  }

  public SecurityEventBuilder ianaNumber(@Nullable String value) {
    ianaNumber = present(value);
    return this;
  }

  /** ECS {@code network.type}: {@code ipv4} or {@code ipv6}. */
  public SecurityEventBuilder networkType(@Nullable String value) {
    networkType = present(value);
    return this;
  }

  public SecurityEventBuilder direction(@Nullable String value) {
    direction = present(value);
    return this;
  }

  public SecurityEventBuilder networkBytes(@Nullable Long value) {
    networkBytes = value;
    return this;
  }

  public SecurityEventBuilder networkPackets(@Nullable Long value) {
    networkPackets = value;
    return this;
  }

  public SecurityEventBuilder observer(
      @Nullable String name,
      @Nullable String vendor,
      @Nullable String product,
      @Nullable String role) {
    observerHostname = present(name);
    observerVendor = present(vendor);
    observerProduct = present(product);
    observerType = present(role);
    return this;
  }

  /** ECS {@code observer.ingress.interface.name}. */
  public SecurityEventBuilder ingress(@Nullable String value) {
    ingress = present(value);
    return this;
  }

  /** ECS {@code observer.egress.interface.name}. */
  public SecurityEventBuilder egress(@Nullable String value) {
    egress = present(value);
    return this;
  }

  public SecurityEventBuilder httpMethod(@Nullable String value) {
    method = present(value);
    return this;
  }

  public SecurityEventBuilder referrer(@Nullable String value) {
    referrer = present(value);
    return this;
  }

  public SecurityEventBuilder requestBytes(@Nullable Long value) {
    requestBytes = value;
    return this;
  }

  public SecurityEventBuilder statusCode(@Nullable Integer value) {
    statusCode = value;
    return this;
  }

  public SecurityEventBuilder responseBytes(@Nullable Long value) {
    responseBytes = value;
    return this;
  }

  public SecurityEventBuilder httpVersion(@Nullable String value) {
    httpVersion = present(value);
    return this;
  }

  public SecurityEventBuilder url(Ecs.@Nullable Url value) {
    url = value;
    return this;
  }

  public SecurityEventBuilder userAgent(@Nullable String value) {
    userAgent = present(value);
    return this;
  }

  public SecurityEventBuilder ruleId(@Nullable String value) {
    ruleId = present(value);
    return this;
  }

  public SecurityEventBuilder ruleName(@Nullable String value) {
    ruleName = present(value);
    return this;
  }

  public SecurityEventBuilder ruleCategory(@Nullable String value) {
    ruleCategory = present(value);
    return this;
  }

  public SecurityEventBuilder ruleDescription(@Nullable String value) {
    ruleDescription = present(value);
    return this;
  }

  public SecurityEventBuilder ruleVersion(@Nullable String value) {
    ruleVersion = present(value);
    return this;
  }

  public SecurityEventBuilder message(@Nullable String value) {
    message = present(value);
    return this;
  }

  /** ECS {@code labels}: for what has neither an ECS field nor one of Vigil's. */
  public SecurityEventBuilder label(String name, @Nullable String value) {
    if (present(value) != null) {
      if (labels == null) {
        labels = new TreeMap<>();
      }
      labels.put(name, value);
    }
    return this;
  }

  /** {@code vigil.severity}; see {@link SecurityEvent.Extension}. */
  public SecurityEventBuilder severityName(@Nullable String value) {
    severityName = present(value);
    return this;
  }

  /** {@code vigil.attack_classification}; see {@link SecurityEvent.Extension}. */
  public SecurityEventBuilder attackClassification(@Nullable String value) {
    attackClassification = present(value);
    return this;
  }

  /**
   * {@code vigil.login_attempts}: how many attempts the line stands for; left out when it is one.
   */
  public SecurityEventBuilder loginAttempts(long value) {
    loginAttempts = value == 1 ? null : value;
    return this;
  }

  /**
   * The attempt that the event is: in ECS, an event of category {@code authentication} and type
   * {@code start}, whatever its outcome.
   *
   * @return null if the event is no login attempt, or names no source
   */
  public @Nullable LoginAttempt login(Provenance origin) {
    if (source.address == null || !category.contains("authentication") || !type.contains("start")) {
      return null;
    }
    return new LoginAttempt(
        timestamp,
        source.address,
        userName,
        "failure".equals(outcome),
        loginAttempts == null ? 1 : loginAttempts,
        EventId.of(origin));
  }

  /**
   * The intrusion that the event reports: in ECS, an event of kind {@code alert} and category
   * {@code intrusion_detection}.
   *
   * @return null if the event is none, or names no source
   */
  public @Nullable Intrusion intrusion(Provenance origin) {
    if (source.address == null
        || !kind.equals("alert")
        || !category.contains("intrusion_detection")) {
      return null;
    }
    return new Intrusion(
        timestamp,
        source.address,
        severityName,
        attackClassification,
        ruleName,
        EventId.of(origin));
  }

  /**
   * @param dataset the name of the format
   * @param line the line that this is the event of
   * @param original its text
   */
  public SecurityEvent build(String dataset, LogLine line, String original) {
    Provenance provenance = line.provenance();
    return new SecurityEvent(
        timestamp,
        new Ecs.Event(
            provenance.eventId(),
            kind,
            category.isEmpty() ? List.of("host") : category,
            type.isEmpty() ? List.of("info") : type,
            outcome == null ? "unknown" : outcome,
            action,
            code,
            severity,
            dataset,
            reason,
            start,
            end,
            duration,
            original),
        source.build(),
        destination.build(),
        anySet(userName, userDomain, userId) ? new Ecs.User(userName, userDomain, userId) : null,
        hostname == null ? null : new Ecs.Host(hostname),
        anySet(processName, processPid) ? new Ecs.Process(processName, processPid) : null,
        network(),
        observer(),
        http(),
        url,
        userAgent == null ? null : new Ecs.UserAgent(userAgent),
        anySet(ruleId, ruleName, ruleCategory, ruleDescription, ruleVersion)
            ? new Ecs.Rule(ruleId, ruleName, ruleCategory, ruleDescription, ruleVersion)
            : null,
        related(),
        provenance.log(),
        provenance.kafka(),
        message,
        labels == null ? null : Map.copyOf(labels),
        anySet(severityName, attackClassification, loginAttempts)
            ? new SecurityEvent.Extension(severityName, attackClassification, loginAttempts)
            : null);
  }

  private Ecs.@Nullable Network network() {
    return anySet(
            transport, protocol, ianaNumber, networkType, direction, networkBytes, networkPackets)
        ? new Ecs.Network(
            transport, protocol, ianaNumber, networkType, direction, networkBytes, networkPackets)
        : null;
  }

  private Ecs.@Nullable Observer observer() {
    return anySet(observerHostname, observerVendor, observerProduct, observerType, ingress, egress)
        ? new Ecs.Observer(
            observerHostname,
            observerVendor,
            observerProduct,
            observerType,
            passage(ingress),
            passage(egress))
        : null;
  }

  private static Ecs.@Nullable Passage passage(@Nullable String name) {
    return name == null ? null : new Ecs.Passage(new Ecs.Interface(name));
  }

  private Ecs.@Nullable Http http() {
    Ecs.Request request =
        anySet(method, referrer, requestBytes)
            ? new Ecs.Request(method, referrer, body(requestBytes))
            : null;
    Ecs.Response response =
        anySet(statusCode, responseBytes)
            ? new Ecs.Response(statusCode, body(responseBytes))
            : null;
    return anySet(request, response, httpVersion)
        ? new Ecs.Http(request, response, httpVersion)
        : null;
  }

  private static Ecs.@Nullable Body body(@Nullable Long bytes) {
    return bytes == null ? null : new Ecs.Body(bytes);
  }

  private Ecs.@Nullable Related related() {
    List<String> ips = sorted(source.ip, destination.ip, source.natIp, destination.natIp);
    List<String> users = sorted(userName, source.userName, destination.userName);
    return ips == null && users == null ? null : new Ecs.Related(ips, users);
  }

  private static @Nullable List<String> sorted(@Nullable String... values) {
    TreeSet<String> set = new TreeSet<>();
    for (String value : values) {
      if (value != null) {
        set.add(value);
      }
    }
    return set.isEmpty() ? null : List.copyOf(set);
  }

  private static boolean anySet(@Nullable Object... values) {
    for (Object value : values) {
      if (value != null) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String present(@Nullable String value) {
    return value == null || value.isEmpty() ? null : value;
  }

  /** Collects the fields of one end of a connection. */
  public static final class EndpointBuilder {
    private @Nullable String address;
    private @Nullable String ip;
    private @Nullable String domain;
    private @Nullable Integer port;
    private @Nullable String mac;
    private @Nullable Long bytes;
    private @Nullable Long packets;
    private @Nullable String natIp;
    private @Nullable Integer natPort;
    private @Nullable String userName;

    private EndpointBuilder() {}

    /**
     * The address as the log gives it: an IP address fills {@code ip} in its canonical form,
     * anything else {@code domain}; either way it is the {@code address} too.
     */
    public EndpointBuilder address(@Nullable String value) {
      String given = present(value);
      if (given == null) {
        return this;
      }
      ip = IpAddress.canonical(given);
      domain = ip == null ? given : domain;
      address = ip == null ? given : ip;
      return this;
    }

    /** An address that is known to be an IP address in its canonical form. */
    public EndpointBuilder ip(String canonical) {
      ip = canonical;
      address = canonical;
      return this;
    }

    public EndpointBuilder domain(@Nullable String value) {
      domain = present(value);
      return this;
    }

    public EndpointBuilder port(@Nullable Integer value) {
      port = value;
      return this;
    }

    public EndpointBuilder mac(@Nullable String value) {
      mac = present(value);
      return this;
    }

    public EndpointBuilder bytes(@Nullable Long value) {
      bytes = value;
      return this;
    }

    public EndpointBuilder packets(@Nullable Long value) {
      packets = value;
      return this;
    }

    /** The address after translation; left out if it is no IP address. */
    public EndpointBuilder nat(@Nullable String natAddress, @Nullable Integer translatedPort) {
      natIp = present(natAddress) == null ? null : IpAddress.canonical(natAddress);
      natPort = translatedPort;
      return this;
    }

    public EndpointBuilder user(@Nullable String name) {
      userName = present(name);
      return this;
    }

    private Ecs.@Nullable Endpoint build() {
      if (!anySet(address, domain, port, mac, bytes, packets, natIp, natPort, userName)) {
        return null;
      }
      return new Ecs.Endpoint(
          address,
          ip,
          domain,
          port,
          mac,
          bytes,
          packets,
          anySet(natIp, natPort) ? new Ecs.Nat(natIp, natPort) : null,
          userName == null ? null : new Ecs.User(userName, null, null));
    }
  }
}
