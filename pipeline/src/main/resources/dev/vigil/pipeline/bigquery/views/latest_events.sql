-- Every event once: a replay may have written it again.
-- The same line has the same time in every run, so a condition on timestamp reaches the table's partitions.
SELECT *
FROM `${dataset}.events`
QUALIFY ROW_NUMBER() OVER (PARTITION BY id, timestamp) = 1
