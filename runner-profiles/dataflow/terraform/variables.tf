variable "project" {
  description = "The Google Cloud project that everything is made in."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "Give a project's id, such as my-project: not its name or number."
  }
}

variable "region" {
  description = "Where the job runs, and where the bucket is, such as europe-west1."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Give a region, such as europe-west1: not a zone of it."
  }
}

variable "name" {
  description = "The name of the job, and what the names of all else begin with."
  type        = string
  default     = "vigil"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}[a-z0-9]$", var.name))
    error_message = "Give 3 to 22 small letters, digits and dashes; a letter first, no dash last."
  }
}

variable "image" {
  description = "The template's image, as REGION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE:TAG."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+-docker\\.pkg\\.dev/([^/]+\\.[^/]+/)?[^/.]+/[^/]+/.+[:@].+$", var.image))
    error_message = "Give an image of Artifact Registry with its tag or digest; where a project has a domain, a slash is behind it."
  }
}

variable "input" {
  description = "The parameter of that name: topics, as kafka:Logins,IDS, or files of buckets."
  type        = string

  validation {
    condition     = can(regex(local.forms.input, var.input))
    error_message = "Give topics, as kafka:Logins,IDS, or files of buckets, as gs://BUCKET/logs/*."
  }
}

variable "bootstrap_servers" {
  description = "The Kafka brokers, if topics are read or written: HOST:PORT[,HOST:PORT…]."
  type        = string
  default     = null

  validation {
    condition     = var.bootstrap_servers == null || can(regex(local.forms.bootstrapServers, var.bootstrap_servers))
    error_message = "Give each broker with its port, as kafka:9092."
  }
}

variable "parameters" {
  description = "Further parameters of the template by name (see ../metadata.json); they go before all else."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.parameters), keys(local.forms))) == 0
    error_message = "The template has no parameter ${join(", ", setsubtract(keys(var.parameters), keys(local.forms)))}: ../metadata.json has all that there are."
  }

  validation {
    condition = alltrue([
      for name, value in var.parameters : can(regex(lookup(local.forms, name, ""), value))
    ])
    error_message = "../metadata.json does not take ${join(", ", [
      for name, value in var.parameters : "${name}=${value}" if !can(regex(lookup(local.forms, name, ""), value))
    ])}: its regexes say what it takes."
  }
}

variable "secrets" {
  description = "Secret versions that hold properties, by the parameter that takes them."
  type        = map(string)
  default     = {}

  validation {
    condition = alltrue([
      for parameter, version in var.secrets :
      contains(["kafkaProperties", "elasticsearchProperties"], parameter)
      && can(regex("^projects/[^/]+/secrets/[^/]+/versions/[^/]+$", version))
    ])
    error_message = "Give kafkaProperties or elasticsearchProperties, each as projects/P/secrets/S/versions/V."
  }
}

variable "dataset" {
  description = "The name of the BigQuery dataset that is made, and to which all results go."
  type        = string
  default     = "security"

  validation {
    condition     = can(regex("^[A-Za-z0-9_]+$", var.dataset))
    error_message = "Give letters, digits and underscores: the dataset's name alone, without its project."
  }
}

variable "dataset_location" {
  description = "Where the dataset keeps its data for good, such as EU; the region, if it is not given."
  type        = string
  default     = null
}

variable "input_buckets" {
  description = "Buckets that the job may read logs from."
  type        = set(string)
  default     = []
}

variable "network" {
  description = "The network from which brokers and other servers can be reached; Dataflow's default, if it is not given."
  type        = string
  default     = null
}

variable "subnetwork" {
  description = "The same for the subnetwork: regions/REGION/subnetworks/SUBNETWORK. Without public addresses it needs Private Google Access."
  type        = string
  default     = null
}

variable "public_addresses" {
  description = "Whether workers have addresses that can be reached from the internet."
  type        = bool
  default     = false
}

variable "machine_type" {
  description = "What workers are."
  type        = string
  default     = "n2d-standard-2"
}

variable "max_workers" {
  description = "How many workers there may be."
  type        = number
  default     = 4
}

variable "notification_channels" {
  description = "Who is told of trouble: ids of Cloud Monitoring's notification channels."
  type        = list(string)
  default     = []
}

variable "max_watermark_lag" {
  description = "How far event time may be behind the clock before somebody is told, in seconds."
  type        = number
  default     = 600
}

variable "max_failures" {
  description = "How many lines may become failures within ten minutes before somebody is told."
  type        = number
  default     = 100
}
