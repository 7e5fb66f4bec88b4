resource "google_monitoring_alert_policy" "job" {
  for_each = local.alerts

  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  notification_channels = var.notification_channels

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasts
      evaluation_interval = "60s"
    }
  }

  documentation {
    content = each.value.text
  }

  depends_on = [google_project_service.used]
}
