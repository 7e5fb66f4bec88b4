-- An autoencoder of what sources do in an hour: what it cannot reproduce is unusual.
-- Checked by GoogleSQL's own compiler, and its query was run; the training itself was not.
CREATE OR REPLACE MODEL `${dataset}.source_autoencoder`
OPTIONS (
  model_type = 'AUTOENCODER',
  hidden_units = [8, 4, 8],
  activation_fn = 'RELU',
  max_iterations = 20
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
