/** The same kind of architecture elsewhere. Of our own making. */

/** Cloud Run behind a load balancer, GKE, Cloud SQL. */
export const GOOGLE_SHOP = String.raw`
provider "google" {
  project = "acme-prod"
  region  = "europe-west1"
}
resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}
resource "google_compute_subnetwork" "apps" {
  name          = "apps"
  region        = "europe-west1"
  ip_cidr_range = "10.1.0.0/20"
  network       = google_compute_network.main.id
}
resource "google_compute_router" "nat" {
  name    = "nat"
  network = google_compute_network.main.id
}
resource "google_compute_router_nat" "nat" {
  name   = "nat"
  router = google_compute_router.nat.name
}
resource "google_container_cluster" "main" {
  name       = "main"
  location   = "europe-west1"
  network    = google_compute_network.main.id
  subnetwork = google_compute_subnetwork.apps.id
}
resource "google_container_node_pool" "default" {
  name    = "default"
  cluster = google_container_cluster.main.name
  node_config {
    machine_type = "e2-standard-4"
  }
}
resource "google_compute_instance" "bastion" {
  name         = "bastion"
  machine_type = "e2-micro"
  zone         = "europe-west1-b"
  tags         = ["bastion"]
  network_interface {
    subnetwork = google_compute_subnetwork.apps.id
  }
}
resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = google_compute_network.main.name
  source_ranges = ["0.0.0.0/0"]
  target_tags   = ["bastion"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
resource "google_service_account" "api" { account_id = "api" }
resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west1"
  template {
    service_account = google_service_account.api.email
  }
}
resource "google_cloud_run_v2_service_iam_member" "public" {
  name   = google_cloud_run_v2_service.api.name
  role   = "roles/run.invoker"
  member = "allUsers"
}
resource "google_storage_bucket" "files" {
  name     = "acme-files"
  location = "EU"
}
resource "google_storage_bucket_iam_member" "api" {
  bucket = google_storage_bucket.files.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${"${"}google_service_account.api.email}"
}
resource "google_pubsub_topic" "orders" { name = "orders" }
resource "google_pubsub_topic_iam_member" "api" {
  topic  = google_pubsub_topic.orders.name
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${"${"}google_service_account.api.email}"
}
resource "google_pubsub_subscription" "orders" {
  name  = "orders-worker"
  topic = google_pubsub_topic.orders.id
}
resource "google_sql_database_instance" "main" {
  name             = "main"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-8192"
    ip_configuration {
      private_network = google_compute_network.main.id
    }
  }
}
resource "google_sql_database" "orders" {
  name     = "orders"
  instance = google_sql_database_instance.main.name
}
resource "google_compute_region_network_endpoint_group" "api" {
  name   = "api"
  region = "europe-west1"
  cloud_run {
    service = google_cloud_run_v2_service.api.name
  }
}
resource "google_compute_backend_service" "api" {
  name     = "api"
  protocol = "HTTPS"
  backend {
    group = google_compute_region_network_endpoint_group.api.id
  }
}
resource "google_compute_url_map" "api" {
  name            = "api"
  default_service = google_compute_backend_service.api.id
}
resource "google_compute_target_https_proxy" "api" {
  name    = "api"
  url_map = google_compute_url_map.api.id
}
resource "google_compute_global_forwarding_rule" "api" {
  name       = "api-https"
  target     = google_compute_target_https_proxy.api.id
  port_range = "443"
}
`;

/** Virtual machines, Container Apps, AKS, SQL behind a private endpoint. */
export const AZURE_SHOP = String.raw`
resource "azurerm_resource_group" "shop" {
  name     = "shop"
  location = "West Europe"
}
resource "azurerm_virtual_network" "main" {
  name                = "main"
  address_space       = ["10.2.0.0/16"]
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_subnet" "web" {
  name                 = "web"
  virtual_network_name = azurerm_virtual_network.main.name
  resource_group_name  = azurerm_resource_group.shop.name
  address_prefixes     = ["10.2.1.0/24"]
}
resource "azurerm_subnet" "aks" {
  name                 = "aks"
  virtual_network_name = azurerm_virtual_network.main.name
  resource_group_name  = azurerm_resource_group.shop.name
  address_prefixes     = ["10.2.4.0/22"]
}
resource "azurerm_network_security_group" "web" {
  name                = "web"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
  security_rule {
    name                       = "https"
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_address_prefix      = "*"
    destination_port_range     = "443"
    source_port_range          = "*"
    destination_address_prefix = "*"
    priority                   = 100
  }
}
resource "azurerm_subnet_network_security_group_association" "web" {
  subnet_id                 = azurerm_subnet.web.id
  network_security_group_id = azurerm_network_security_group.web.id
}
resource "azurerm_network_interface" "vm" {
  name                = "vm"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
  ip_configuration {
    name      = "main"
    subnet_id = azurerm_subnet.web.id
  }
}
resource "azurerm_linux_virtual_machine" "web" {
  name                  = "web"
  size                  = "Standard_B2s"
  location              = azurerm_resource_group.shop.location
  resource_group_name   = azurerm_resource_group.shop.name
  network_interface_ids = [azurerm_network_interface.vm.id]
}
resource "azurerm_lb" "web" {
  name                = "web"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_lb_backend_address_pool" "web" {
  name            = "web"
  loadbalancer_id = azurerm_lb.web.id
}
resource "azurerm_network_interface_backend_address_pool_association" "web" {
  network_interface_id    = azurerm_network_interface.vm.id
  ip_configuration_name   = "main"
  backend_address_pool_id = azurerm_lb_backend_address_pool.web.id
}
resource "azurerm_lb_rule" "web" {
  name                     = "https"
  loadbalancer_id          = azurerm_lb.web.id
  backend_address_pool_ids = [azurerm_lb_backend_address_pool.web.id]
  frontend_port            = 443
  backend_port             = 443
  protocol                 = "Tcp"
}
resource "azurerm_user_assigned_identity" "api" {
  name                = "api"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_container_app_environment" "main" {
  name                = "main"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_container_app" "api" {
  name                         = "api"
  resource_group_name          = azurerm_resource_group.shop.name
  container_app_environment_id = azurerm_container_app_environment.main.id
  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.api.id]
  }
  ingress {
    external_enabled = true
    target_port      = 8080
  }
}
resource "azurerm_storage_account" "files" {
  name                = "acmefiles"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_role_assignment" "api" {
  principal_id         = azurerm_user_assigned_identity.api.principal_id
  scope                = azurerm_storage_account.files.id
  role_definition_name = "Storage Blob Data Reader"
}
resource "azurerm_mssql_server" "main" {
  name                         = "main"
  location                     = azurerm_resource_group.shop.location
  resource_group_name          = azurerm_resource_group.shop.name
  version                      = "12.0"
  administrator_login_password = "Correct-Horse-9"
}
resource "azurerm_mssql_database" "orders" {
  name      = "orders"
  server_id = azurerm_mssql_server.main.id
}
resource "azurerm_private_endpoint" "sql" {
  name                = "sql"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
  subnet_id           = azurerm_subnet.web.id
  private_service_connection {
    name                           = "sql"
    private_connection_resource_id = azurerm_mssql_server.main.id
  }
}
resource "azurerm_kubernetes_cluster" "main" {
  name                = "main"
  location            = azurerm_resource_group.shop.location
  resource_group_name = azurerm_resource_group.shop.name
  default_node_pool {
    name           = "default"
    vm_size        = "Standard_D2s_v5"
    vnet_subnet_id = azurerm_subnet.aks.id
  }
}
resource "azurerm_kubernetes_cluster_node_pool" "jobs" {
  name                  = "jobs"
  vm_size               = "Standard_D4s_v5"
  kubernetes_cluster_id = azurerm_kubernetes_cluster.main.id
}
`;

/** A deployment behind an ingress. */
export const KUBERNETES_SHOP = String.raw`
resource "kubernetes_namespace" "shop" {
  metadata {
    name = "shop"
  }
}
resource "kubernetes_deployment" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name  = "web"
          image = "acme/web:3"
        }
      }
    }
  }
}
resource "kubernetes_service" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    selector = { app = "web" }
    port {
      port     = 80
      protocol = "TCP"
    }
  }
}
resource "kubernetes_ingress_v1" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    rule {
      host = "shop.example.com"
      http {
        path {
          path = "/"
          backend {
            service {
              name = kubernetes_service.web.metadata[0].name
              port {
                number = 80
              }
            }
          }
        }
      }
    }
  }
}
resource "kubernetes_horizontal_pod_autoscaler_v2" "web" {
  metadata {
    name      = "web"
    namespace = kubernetes_namespace.shop.metadata[0].name
  }
  spec {
    min_replicas = 2
    max_replicas = 8
    scale_target_ref {
      kind = "Deployment"
      name = kubernetes_deployment.web.metadata[0].name
    }
  }
}
resource "kubernetes_secret" "web" {
  metadata {
    name      = "web"
    namespace = "shop"
  }
  data = { token = "swordfish-123" }
}
resource "helm_release" "metrics" {
  name      = "metrics"
  chart     = "metrics-server"
  namespace = "kube-system"
}
`;
