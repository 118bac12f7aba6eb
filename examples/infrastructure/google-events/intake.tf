# Devices reach one address; Cloud Run takes their events and publishes them.

resource "google_service_account" "intake" {
  account_id   = "intake"
  display_name = "Takes events from devices"
}

resource "google_cloud_run_v2_service" "intake" {
  name     = "intake"
  location = var.region
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"

  template {
    service_account = google_service_account.intake.email

    scaling {
      min_instance_count = 1
      max_instance_count = 40
    }

    containers {
      image = "europe-docker.pkg.dev/${var.project}/events/intake:stable"

      env {
        name  = "TOPIC"
        value = google_pubsub_topic.events.id
      }

      resources {
        limits = { cpu = "1", memory = "512Mi" }
      }
    }
  }
}

resource "google_compute_region_network_endpoint_group" "intake" {
  name                  = "intake"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.intake.name
  }
}

resource "google_compute_backend_service" "intake" {
  name                  = "intake"
  protocol              = "HTTPS"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.intake.id

  backend {
    group = google_compute_region_network_endpoint_group.intake.id
  }
}

resource "google_compute_security_policy" "intake" {
  name = "intake"

  rule {
    action   = "throttle"
    priority = 1000

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = 600
        interval_sec = 60
      }
    }
  }

  rule {
    action   = "allow"
    priority = 2147483647

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_url_map" "intake" {
  name            = "intake"
  default_service = google_compute_backend_service.intake.id
}

resource "google_compute_managed_ssl_certificate" "intake" {
  name = "intake"

  managed {
    domains = ["events.example.com"]
  }
}

resource "google_compute_target_https_proxy" "intake" {
  name             = "intake"
  url_map          = google_compute_url_map.intake.id
  ssl_certificates = [google_compute_managed_ssl_certificate.intake.id]
}

resource "google_compute_global_address" "intake" {
  name = "intake"
}

resource "google_compute_global_forwarding_rule" "intake" {
  name                  = "intake"
  target                = google_compute_target_https_proxy.intake.id
  ip_address            = google_compute_global_address.intake.address
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

resource "google_dns_managed_zone" "events" {
  name     = "events"
  dns_name = "events.example.com."
}

resource "google_dns_record_set" "intake" {
  managed_zone = google_dns_managed_zone.events.name
  name         = google_dns_managed_zone.events.dns_name
  type         = "A"
  ttl          = 300
  rrdatas      = [google_compute_global_address.intake.address]
}
