# What the job is told. Nothing here but the variables: tests work it out without a provider.
locals {
  parameters = {
    for name, value in merge(
      {
        input            = var.input
        bootstrapServers = var.bootstrap_servers
        bigQueryDataset  = "${var.project}:${var.dataset}"
      },
      { for parameter, version in var.secrets : parameter => "secret:${version}" },
      var.parameters,
    ) : name => value if value != null
  }

  # The tables as --setup would make them; written by a test from the records' schemas.
  tables = { for table in jsondecode(file("${path.module}/tables.json")) : table.id => table }

  metadata = jsondecode(file("${path.module}/../metadata.json"))

  # What the values of the template's parameters look like.
  forms = { for parameter in local.metadata.parameters : parameter.name => parameter.regexes[0] }

  # The Flex Template: what its file in the bucket says.
  template = jsonencode({
    image    = var.image
    sdkInfo  = { language = "JAVA" }
    metadata = local.metadata
  })

  # REGION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE:TAG, where a project's domain has a slash behind it, and no colon.
  image_parts = regex(
    "^(?P<region>[a-z0-9-]+)-docker\\.pkg\\.dev/(?:(?P<domain>[^/]+\\.[^/]+)/)?(?P<project>[^/.]+)/(?P<repository>[^/]+)/",
    var.image,
  )
  image = {
    region     = local.image_parts.region
    project    = join(":", compact([local.image_parts.domain, local.image_parts.project]))
    repository = local.image_parts.repository
  }

  # A project's domain cannot be in a bucket's name without a proof of it.
  bucket = "${replace(var.project, "/[^a-z0-9-]/", "-")}-${var.name}"
}
