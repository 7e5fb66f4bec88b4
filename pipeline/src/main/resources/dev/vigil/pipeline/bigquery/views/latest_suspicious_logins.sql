-- The newest revision of every record of suspicious logins.
-- No late attempt moves a record's time, so a condition on timestamp reaches the table's partitions.
SELECT *
FROM `${dataset}.suspicious_logins`
QUALIFY ROW_NUMBER() OVER (PARTITION BY id, timestamp ORDER BY vigil.revision DESC) = 1
