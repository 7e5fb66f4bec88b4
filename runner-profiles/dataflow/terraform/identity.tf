# As whom the launcher and the workers act, with the rights that are given here. Nobody has tried yet whether they
# suffice, or which of them could be spared.
resource "google_service_account" "job" {
  account_id   = "${var.name}-job"
  display_name = "Vigil's job on Dataflow"
}

resource "google_project_iam_member" "worker" {
  project = var.project
  role    = "roles/dataflow.worker"
  member  = google_service_account.job.member
}

resource "google_storage_bucket_iam_member" "job" {
  for_each = toset([
    "roles/storage.objectAdmin",
    # Whether the bucket is there, which the runner asks before it begins.
    "roles/storage.legacyBucketReader",
  ])

  bucket = google_storage_bucket.job.name
  role   = each.value
  member = google_service_account.job.member
}

resource "google_storage_bucket_iam_member" "input" {
  for_each = var.input_buckets

  bucket = each.value
  role   = "roles/storage.objectViewer"
  member = google_service_account.job.member
}

resource "google_bigquery_dataset_iam_member" "results" {
  dataset_id = google_bigquery_dataset.results.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.job.member
}

resource "google_artifact_registry_repository_iam_member" "image" {
  project    = local.image.project
  location   = local.image.region
  repository = local.image.repository
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.job.member
}

# The secrets themselves are made, and filled, elsewhere: Terraform's state would have their values.
resource "google_secret_manager_secret_iam_member" "job" {
  for_each = var.secrets

  secret_id = regex("^(projects/[^/]+/secrets/[^/]+)/", each.value)[0]
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.job.member
}
