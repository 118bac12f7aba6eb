# An event platform: devices send events to Cloud Run, Pub/Sub carries them, workers on GKE make them
# useful, and analysts ask BigQuery.

terraform {
  required_version = ">= 1.6"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

variable "project" {
  description = "Project that everything belongs to."
  type        = string
  default     = "events-production"
}

variable "region" {
  description = "Region of the network and everything in it."
  type        = string
  default     = "europe-west1"
}

variable "worker_nodes" {
  description = "Nodes of the workers' pool: machine type and range of the autoscaler."
  type = object({
    machine_type = optional(string, "n2-standard-4")
    minimum      = optional(number, 1)
    maximum      = optional(number, 6)
  })
  default = {}
}

resource "google_compute_network" "events" {
  name                    = "events"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "workers" {
  name                     = "workers"
  network                  = google_compute_network.events.id
  region                   = var.region
  ip_cidr_range            = "10.40.0.0/20"
  private_ip_google_access = true

  secondary_ip_range {
    range_name    = "pods"
    ip_cidr_range = "10.44.0.0/14"
  }

  secondary_ip_range {
    range_name    = "services"
    ip_cidr_range = "10.48.0.0/20"
  }
}

resource "google_compute_router" "events" {
  name    = "events"
  network = google_compute_network.events.id
  region  = var.region
}

resource "google_compute_router_nat" "events" {
  name                               = "events"
  router                             = google_compute_router.events.name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
}

resource "google_compute_global_address" "services" {
  name          = "private-services"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 16
  network       = google_compute_network.events.id
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.events.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
}
