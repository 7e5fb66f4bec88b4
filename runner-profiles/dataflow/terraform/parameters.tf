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

  # The Flex Template: what its file in the bucket says.
  template = jsonencode({
    image    = var.image
    sdkInfo  = { language = "JAVA" }
    metadata = jsondecode(file("${path.module}/../metadata.json"))
  })

  # REGION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE:TAG
  image = regex("^(?P<region>[a-z0-9-]+)-docker\\.pkg\\.dev/(?P<project>[^/]+)/(?P<repository>[^/]+)/", var.image)
}
