-- The newest revision of every alert.
-- No later event moves an alert's time, so a condition on timestamp reaches the table's partitions.
SELECT *
FROM `${dataset}.alerts`
QUALIFY ROW_NUMBER() OVER (PARTITION BY id, timestamp ORDER BY vigil.revision DESC) = 1
