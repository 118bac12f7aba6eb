# From the topic to the tables.

resource "google_pubsub_topic" "events" {
  name                       = "events"
  message_retention_duration = "86400s"
  kms_key_name               = google_kms_crypto_key.events.id
}

resource "google_pubsub_topic" "failed" {
  name = "events-failed"
}

resource "google_pubsub_subscription" "workers" {
  name                 = "workers"
  topic                = google_pubsub_topic.events.id
  ack_deadline_seconds = 60

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.failed.id
    max_delivery_attempts = 10
  }
}

resource "google_pubsub_topic_iam_member" "intake_publishes" {
  topic  = google_pubsub_topic.events.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${google_service_account.intake.email}"
}

resource "google_service_account" "workers" {
  account_id   = "workers"
  display_name = "Works events into tables"
}

resource "google_pubsub_subscription_iam_member" "workers_subscribe" {
  subscription = google_pubsub_subscription.workers.name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${google_service_account.workers.email}"
}

resource "google_bigquery_dataset_iam_member" "workers_write" {
  dataset_id = google_bigquery_dataset.events.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${google_service_account.workers.email}"
}

resource "google_storage_bucket_iam_member" "workers_archive" {
  bucket = google_storage_bucket.archive.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.workers.email}"
}

resource "google_container_cluster" "workers" {
  name                     = "workers"
  location                 = var.region
  network                  = google_compute_network.events.id
  subnetwork               = google_compute_subnetwork.workers.id
  remove_default_node_pool = true
  initial_node_count       = 1

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = false
    master_ipv4_cidr_block  = "172.16.0.0/28"
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }
}

resource "google_container_node_pool" "workers" {
  name     = "workers"
  cluster  = google_container_cluster.workers.id
  location = var.region

  autoscaling {
    min_node_count = var.worker_nodes.minimum
    max_node_count = var.worker_nodes.maximum
  }

  node_config {
    machine_type    = var.worker_nodes.machine_type
    service_account = google_service_account.workers.email
    oauth_scopes    = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
