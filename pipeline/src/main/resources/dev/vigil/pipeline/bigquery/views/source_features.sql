-- What a source did in an hour (UTC), in numbers: one row for each source and hour with an event of it.
-- Ratios and intervals are null where there is nothing to make them of: failure_ratio without a login attempt,
-- mean_interval_seconds with one event, stddev_interval_seconds with fewer than three.
-- max_severity is 0 without an IDS event, then 1 for a severity of no known word, 2 informational, 3 low, 4 medium,
-- 5 high, 6 critical. bytes_out is what the source sent, bytes_in what it was sent.
SELECT
  source_address,
  hour,
  COUNT(*) AS events,
  SUM(attempts) AS attempts,
  SUM(IF(failed, attempts, 0)) AS failed,
  SAFE_DIVIDE(SUM(IF(failed, attempts, 0)), SUM(attempts)) AS failure_ratio,
  COUNT(DISTINCT IF(attempts > 0, user_name, NULL)) AS distinct_users,
  AVG(interval_seconds) AS mean_interval_seconds,
  STDDEV_SAMP(interval_seconds) AS stddev_interval_seconds,
  COUNTIF(is_intrusion) AS ids_events,
  COUNT(DISTINCT IF(is_intrusion, signature, NULL)) AS distinct_signatures,
  MAX(IF(is_intrusion, severity, 0)) AS max_severity,
  COUNTIF(is_denied) AS denied,
  COUNT(DISTINCT destination_address) AS distinct_destinations,
  COUNT(DISTINCT destination_port) AS distinct_destination_ports,
  COUNTIF(status_code >= 400) AS http_errors,
  SUM(bytes_out) AS bytes_out,
  SUM(bytes_in) AS bytes_in
FROM
  (
    SELECT
      source.address AS source_address,
      TIMESTAMP_TRUNC(timestamp, HOUR) AS hour,
      IF(
        'authentication' IN UNNEST(event.category) AND 'start' IN UNNEST(event.type),
        IFNULL(vigil.login_attempts, 1),
        0) AS attempts,
      event.outcome = 'failure' AS failed,
      user.name AS user_name,
      TIMESTAMP_DIFF(
        timestamp,
        LAG(timestamp) OVER (
          PARTITION BY source.address, TIMESTAMP_TRUNC(timestamp, HOUR)
          ORDER BY timestamp
        ),
        MICROSECOND) / 1000000 AS interval_seconds,
      event.kind = 'alert' AND 'intrusion_detection' IN UNNEST(event.category) AS is_intrusion,
      rule.name AS signature,
      CASE LOWER(vigil.severity)
        WHEN 'critical' THEN 6
        WHEN 'high' THEN 5
        WHEN 'medium' THEN 4
        WHEN 'moderate' THEN 4
        WHEN 'low' THEN 3
        WHEN 'informational' THEN 2
        WHEN 'info' THEN 2
        ELSE 1
        END AS severity,
      'denied' IN UNNEST(event.type) AS is_denied,
      destination.address AS destination_address,
      destination.port AS destination_port,
      http.response.status_code AS status_code,
      IFNULL(source.bytes, 0) AS bytes_out,
      IFNULL(destination.bytes, 0) AS bytes_in
    FROM `${dataset}.latest_events`
    WHERE source.address IS NOT NULL
  )
GROUP BY source_address, hour
