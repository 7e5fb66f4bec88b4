resource "google_dataflow_flex_template_job" "vigil" {
  provider = google-beta

  name                    = var.name
  region                  = var.region
  container_spec_gcs_path = "gs://${google_storage_bucket.job.name}/${google_storage_bucket_object.template.name}"
  parameters              = local.parameters

  service_account_email   = google_service_account.job.email
  temp_location           = "gs://${google_storage_bucket.job.name}/temp"
  staging_location        = "gs://${google_storage_bucket.job.name}/staging"
  network                 = var.network
  subnetwork              = var.subnetwork
  ip_configuration        = var.public_addresses ? "WORKER_IP_PUBLIC" : "WORKER_IP_PRIVATE"
  machine_type            = var.machine_type
  max_workers             = var.max_workers
  enable_streaming_engine = true

  # What was read is written before the job ends.
  on_delete = "drain"

  depends_on = [
    google_project_service.used,
    google_project_iam_member.worker,
    google_storage_bucket_iam_member.job,
    google_storage_bucket_iam_member.input,
    google_bigquery_dataset_iam_member.results,
    google_artifact_registry_repository_iam_member.image,
    google_secret_manager_secret_iam_member.job,
    google_bigquery_table.results,
  ]
}
