output "job_id" {
  description = "Of the job that runs."
  value       = google_dataflow_flex_template_job.vigil.job_id
}

output "template" {
  description = "The Flex Template, for jobs that are started by hand."
  value       = google_dataflow_flex_template_job.vigil.container_spec_gcs_path
}

output "service_account" {
  description = "As whom the job acts: brokers and other servers must let it in."
  value       = google_service_account.job.email
}
