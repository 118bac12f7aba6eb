# Where events end up.

resource "google_kms_key_ring" "events" {
  name     = "events"
  location = var.region
}

resource "google_kms_crypto_key" "events" {
  name            = "events"
  key_ring        = google_kms_key_ring.events.id
  rotation_period = "7776000s"
}

resource "google_bigquery_dataset" "events" {
  dataset_id = "events"
  location   = "EU"

  default_encryption_configuration {
    kms_key_name = google_kms_crypto_key.events.id
  }
}

resource "google_bigquery_table" "readings" {
  dataset_id = google_bigquery_dataset.events.dataset_id
  table_id   = "readings"

  time_partitioning {
    type  = "DAY"
    field = "received_at"
  }
}

resource "google_storage_bucket" "archive" {
  name                        = "${var.project}-archive"
  location                    = "EU"
  uniform_bucket_level_access = true

  lifecycle_rule {
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }

    condition {
      age = 90
    }
  }
}

resource "google_sql_database_instance" "devices" {
  name             = "devices"
  region           = var.region
  database_version = "POSTGRES_16"

  settings {
    tier              = "db-custom-2-8192"
    availability_type = "REGIONAL"

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.events.id
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }

  depends_on = [google_service_networking_connection.services]
}

resource "google_sql_database" "devices" {
  name     = "devices"
  instance = google_sql_database_instance.devices.name
}

output "intake_address" {
  description = "Where devices send events."
  value       = "https://${trimsuffix(google_dns_record_set.intake.name, ".")}"
}
