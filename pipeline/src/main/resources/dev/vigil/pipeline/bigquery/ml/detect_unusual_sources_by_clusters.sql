-- The sources and hours that the k-means model finds the most unusual: two in a hundred.
-- Checked by GoogleSQL's own compiler, and its inner query was run; the detection itself was not.
SELECT *
FROM
  ML.DETECT_ANOMALIES(
    MODEL `${dataset}.source_clusters`,
    STRUCT(0.02 AS contamination),
    (
      SELECT
        source_address,
        hour,
        events,
        attempts,
        IFNULL(failure_ratio, 0) AS failure_ratio,
        distinct_users,
        IFNULL(mean_interval_seconds, 3600) AS mean_interval_seconds,
        IFNULL(stddev_interval_seconds, 0) AS stddev_interval_seconds,
        ids_events,
        distinct_signatures,
        max_severity,
        denied,
        distinct_destinations,
        distinct_destination_ports,
        http_errors,
        LN(1 + bytes_out) AS log_bytes_out,
        LN(1 + bytes_in) AS log_bytes_in
      FROM `${dataset}.source_features`
    ))
WHERE is_anomaly
