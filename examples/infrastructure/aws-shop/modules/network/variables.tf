variable "name" {
  description = "Name of the network and prefix of its parts."
  type        = string
}

variable "cidr" {
  description = "Address range of the whole network; each subnet takes a /24 of a /16."
  type        = string
}

variable "zone_count" {
  description = "Number of availability zones."
  type        = number
  default     = 3

  validation {
    condition     = var.zone_count >= 1 && var.zone_count <= 6
    error_message = "Between 1 and 6 zones."
  }
}
