-- The hours with more or fewer failed logins than the time series model can explain.
-- Checked by GoogleSQL's own compiler, and its inner query was run; the detection itself was not.
SELECT *
FROM
  ML.DETECT_ANOMALIES(
    MODEL `${dataset}.failed_logins`,
    STRUCT(0.99 AS anomaly_prob_threshold),
    (
      SELECT hour, failed
      FROM `${dataset}.series_of_failed_logins`
    ))
WHERE is_anomaly
