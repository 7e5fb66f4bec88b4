resource "google_project_service" "used" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "compute.googleapis.com",
    "dataflow.googleapis.com",
    "monitoring.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])

  service            = each.value
  disable_on_destroy = false
}

# The template, the job's jars and its temporary files. The job itself is staged here, too: who can read it
# knows all that the job was told, but for secrets by reference.
resource "google_storage_bucket" "job" {
  name                        = local.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # Nothing in it is of use to anybody for longer, and temporary files are deleted again and again.
  soft_delete_policy {
    retention_duration_seconds = 0
  }

  depends_on = [google_project_service.used]
}

# A name of its own for each content: a new image is a change that Terraform sees.
resource "google_storage_bucket_object" "template" {
  bucket       = google_storage_bucket.job.name
  name         = "templates/${var.name}-${substr(sha256(local.template), 0, 12)}.json"
  content      = local.template
  content_type = "application/json"
}
