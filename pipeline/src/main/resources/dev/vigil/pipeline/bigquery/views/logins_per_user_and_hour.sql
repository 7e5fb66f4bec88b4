-- Login attempts by user name and hour (UTC): how many, with what outcome, and from how many sources.
-- user_name is null for attempts that name nobody. What a login attempt is, is what it is to the detections.
SELECT
  TIMESTAMP_TRUNC(timestamp, HOUR) AS hour,
  user.name AS user_name,
  SUM(IFNULL(vigil.login_attempts, 1)) AS attempts,
  SUM(IF(event.outcome = 'failure', IFNULL(vigil.login_attempts, 1), 0)) AS failed,
  SUM(IF(event.outcome = 'success', IFNULL(vigil.login_attempts, 1), 0)) AS succeeded,
  COUNT(DISTINCT source.address) AS distinct_sources,
  MIN(timestamp) AS first_attempt,
  MAX(timestamp) AS last_attempt
FROM `${dataset}.latest_events`
WHERE
  'authentication' IN UNNEST(event.category)
  AND 'start' IN UNNEST(event.type)
  AND source.address IS NOT NULL
GROUP BY hour, user_name
