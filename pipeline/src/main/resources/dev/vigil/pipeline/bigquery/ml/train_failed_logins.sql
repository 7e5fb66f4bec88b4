-- A time series model of failed logins per hour, with their daily and weekly rhythm.
-- Checked by GoogleSQL's own compiler, and its query was run; the training itself was not.
CREATE OR REPLACE MODEL `${dataset}.failed_logins`
OPTIONS (
  model_type = 'ARIMA_PLUS',
  time_series_timestamp_col = 'hour',
  time_series_data_col = 'failed',
  data_frequency = 'HOURLY',
  clean_spikes_and_dips = TRUE
)
AS
SELECT hour, failed
FROM `${dataset}.series_of_failed_logins`
