# In PromQL, of Dataflow's own metrics, in which Vigil's counters are, too.
locals {
  this_job = "monitored_resource=\"dataflow_job\",job_name=\"${var.name}\""

  alerts = {
    behind = {
      title = "event time is behind"
      query = "max(dataflow_googleapis_com:job_data_watermark_age{${local.this_job}}) > ${var.max_watermark_lag}"
      text  = "Event time is more than ${var.max_watermark_lag} s behind the clock: windows close that much later. Look for a partition without records and --idleAfter=0s, for a sink that is away (the workers' log says so), and for workers that have too much to do."
    }
    failed = {
      title = "the job has failed"
      query = "max(dataflow_googleapis_com:job_is_failed{${local.this_job}}) > 0"
      text  = "Nothing is read any more. The job's log says why."
    }
    failures = {
      title = "lines are not understood, or refused"
      query = "sum(delta(dataflow_googleapis_com:job_user_counter{${local.this_job},metric_name=~\"(failures[.]|refused[.]).*\"}[10m])) > ${var.max_failures}"
      text  = "More than ${var.max_failures} records in ten minutes became failures: the table failures has them, with their reasons."
    }
    lost = {
      title = "failures are lost"
      query = "sum(delta(dataflow_googleapis_com:job_user_counter{${local.this_job},metric_name=\"lost\"}[10m])) > 0"
      text  = "A sink has refused failures themselves: they are in the workers' log alone."
    }
  }
}

resource "google_monitoring_alert_policy" "job" {
  for_each = local.alerts

  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  notification_channels = var.notification_channels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.key == "behind" ? "300s" : "0s"
      evaluation_interval = "60s"
    }
  }

  documentation {
    content = each.value.text
  }

  depends_on = [google_project_service.used]
}
