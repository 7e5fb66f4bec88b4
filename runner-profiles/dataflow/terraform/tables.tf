resource "google_bigquery_dataset" "results" {
  dataset_id  = var.dataset
  location    = coalesce(var.dataset_location, var.region)
  description = "Vigil: security events, and what was found"

  depends_on = [google_project_service.used]
}

resource "google_bigquery_table" "results" {
  for_each = local.tables

  dataset_id  = google_bigquery_dataset.results.dataset_id
  table_id    = each.key
  description = each.value.description
  schema      = jsonencode(each.value.schema)
  clustering  = each.value.clustering

  time_partitioning {
    type  = each.value.partition.type
    field = each.value.partition.field
  }

  table_constraints {
    primary_key {
      columns = each.value.primary_key
    }
  }

  # Terraform does not delete what was found.
  deletion_protection = true
}
