/**
 * A local warehouse: BigQuery's REST API and its Storage Write API on loopback, over a DuckDB file.
 * It is there so that a pipeline with an unmodified BigQueryIO, and Google's own clients, run
 * without a cloud. What it has confirmed is on disk, and is found again after a crash.
 *
 * <p><b>Imitated</b>: datasets; tables with their schema, partitioning, clustering, descriptions
 * and primary key, of which only schema and key do something; widening a schema; {@code insertAll}
 * with insert ids; {@code tabledata.list}; query jobs; write streams of all types with offsets, the
 * default stream, row errors, updated schemas; change data capture with sequence numbers. Values
 * come back exactly, timestamps to the microsecond.
 *
 * <p><b>Not imitated</b>, and refused where a client asks for it: the Storage Read API; load,
 * extract and copy jobs; GoogleSQL: queries are in DuckDB's SQL and can only read; views and
 * materialized views: the definition of a view is kept and returned, and nobody runs it; columns of
 * type BIGNUMERIC, GEOGRAPHY, INTERVAL and RANGE; default values; Arrow rows; IAM; external tables,
 * snapshots and clones; sessions.
 *
 * <p><b>Different</b>: rows are visible at once also where BigQuery may take a while, and there is
 * no streaming buffer in the way of changes; partitions neither prune nor expire; quotas and limits
 * exist only as faults that are asked for; projects, regions and labels are names that mean
 * nothing; insert ids and jobs are forgotten at a restart.
 */
package dev.vigil.stack.warehouse;
