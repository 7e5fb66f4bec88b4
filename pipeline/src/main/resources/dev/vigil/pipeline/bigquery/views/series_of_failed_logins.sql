-- Failed login attempts of every hour (UTC) from the first hour with an attempt to the last; 0 where there were none.
SELECT
  hour,
  IFNULL(counted.failed, 0) AS failed
FROM
  (
    SELECT MIN(hour) AS first_hour, MAX(hour) AS last_hour
    FROM `${dataset}.logins_per_user_and_hour`
  ),
  UNNEST(GENERATE_TIMESTAMP_ARRAY(first_hour, last_hour, INTERVAL 1 HOUR)) AS hour
LEFT JOIN
  (
    SELECT hour, SUM(failed) AS failed
    FROM `${dataset}.logins_per_user_and_hour`
    GROUP BY hour
  ) AS counted
  USING (hour)
