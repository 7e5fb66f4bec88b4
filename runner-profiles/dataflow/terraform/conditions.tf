# When somebody is told, in PromQL, of Dataflow's own metrics, in which Vigil's counters are, too. Nothing here but
# the variables: tests work it out without a provider.
locals {
  this_job = "monitored_resource=\"dataflow_job\",job_name=\"${var.name}\""

  # A counter is not there before it counts, and a job that replaces another has counters of its own: what was not
  # there ten minutes ago has grown by all that it is.
  grown = {
    for name, counters in {
      failures = "metric_name=~\"(failures|refused)[.].*\""
      lost     = "metric_name=\"lost\""
    } :
    name => format(
      "sum((%[1]s - %[1]s offset 10m) or %[1]s)",
      "dataflow_googleapis_com:job_user_counter{${local.this_job},${counters}}",
    )
  }

  # A job that ends by itself is not missed.
  endless = strcontains(local.parameters.input, "kafka:") && !contains(keys(local.parameters), "stopAt")

  alerts = {
    for name, alert in {
      behind = {
        title = "event time is behind"
        query = "max(dataflow_googleapis_com:job_data_watermark_age{${local.this_job}}) > ${var.max_watermark_lag}"
        lasts = "300s"
        text  = "Event time is more than ${var.max_watermark_lag} s behind the clock: windows close that much later. Look for a partition without records and idleAfter=0s, for a sink that is away (the workers' log says so), and for workers that have too much to do."
      }
      failed = {
        title = "the job has failed"
        query = "max(dataflow_googleapis_com:job_is_failed{${local.this_job}}) > 0"
        lasts = "0s"
        text  = "Nothing is read any more. The job's log says why."
      }
      gone = {
        title = "no job runs"
        query = "absent(dataflow_googleapis_com:job_data_watermark_age{${local.this_job}})"
        lasts = "900s"
        text  = "Dataflow has told nothing of the job for a quarter of an hour: it was drained or cancelled, it has failed, or it does not start."
      }
      failures = {
        title = "lines are not understood, or refused"
        query = "${local.grown.failures} > ${var.max_failures}"
        lasts = "0s"
        text  = "More than ${var.max_failures} records in ten minutes became failures: the table failures has them, with their reasons."
      }
      lost = {
        title = "failures are lost"
        query = "${local.grown.lost} > 0"
        lasts = "0s"
        text  = "A sink has refused failures themselves: they are in the workers' log alone."
      }
    } : name => alert if name != "gone" || local.endless
  }
}
