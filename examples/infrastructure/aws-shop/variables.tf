variable "region" {
  description = "AWS region that everything but the CDN runs in."
  type        = string
  default     = "eu-west-1"
}

variable "environment" {
  description = "Name of the environment; part of most names."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment must be staging or production."
  }
}

variable "domain" {
  description = "Public domain of the shop."
  type        = string
  default     = "shop.example.com"
}

variable "services" {
  description = "The services behind the load balancer: path, port, size and number of tasks."
  type = map(object({
    path   = string
    port   = optional(number, 8080)
    cpu    = optional(number, 512)
    memory = optional(number, 1024)
    tasks  = optional(number, 2)
  }))
  default = {
    storefront = { path = "/*", tasks = 3 }
    checkout   = { path = "/checkout/*", cpu = 1024, memory = 2048 }
  }
}

variable "database" {
  description = "Size of the orders database."
  type = object({
    instance_class = optional(string, "db.r6g.large")
    storage_gb     = optional(number, 200)
    multi_az       = optional(bool, true)
  })
  default = {}
}

variable "database_password" {
  description = "Password of the database's owner; taken from the pipeline's secret."
  type        = string
  sensitive   = true
}
