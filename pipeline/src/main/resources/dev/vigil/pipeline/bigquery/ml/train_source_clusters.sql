-- A k-means model of what sources do in an hour: what is far from every cluster is unusual.
-- Checked by GoogleSQL's own compiler, and its query was run; the training itself was not.
CREATE OR REPLACE MODEL `${dataset}.source_clusters`
OPTIONS (
  model_type = 'KMEANS',
  num_clusters = 8,
  standardize_features = TRUE,
  kmeans_init_method = 'KMEANS++'
)
AS
SELECT
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
