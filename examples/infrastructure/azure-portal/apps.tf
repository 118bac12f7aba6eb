# The applications and the way to them.

resource "azurerm_log_analytics_workspace" "portal" {
  name                = local.name
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
  sku                 = "PerGB2018"
  retention_in_days   = 30
}

resource "azurerm_container_app_environment" "portal" {
  name                       = local.name
  resource_group_name        = azurerm_resource_group.portal.name
  location                   = azurerm_resource_group.portal.location
  log_analytics_workspace_id = azurerm_log_analytics_workspace.portal.id
  infrastructure_subnet_id   = azurerm_subnet.apps.id
}

resource "azurerm_user_assigned_identity" "portal" {
  name                = local.name
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
}

resource "azurerm_container_app" "portal" {
  for_each = {
    web  = { minimum = 2, external = true }
    api  = { minimum = 2, external = true }
    mail = { minimum = 1, external = false }
  }

  name                         = each.key
  resource_group_name          = azurerm_resource_group.portal.name
  container_app_environment_id = azurerm_container_app_environment.portal.id
  revision_mode                = "Single"

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.portal.id]
  }

  template {
    min_replicas = each.value.minimum
    max_replicas = 10

    container {
      name   = each.key
      image  = "${azurerm_container_registry.portal.login_server}/${each.key}:stable"
      cpu    = 0.5
      memory = "1Gi"

      env {
        name  = "SQL_SERVER"
        value = azurerm_mssql_server.portal.fully_qualified_domain_name
      }

      env {
        name  = "DOCUMENTS"
        value = azurerm_storage_account.documents.primary_blob_endpoint
      }

      env {
        name  = "MAIL_QUEUE"
        value = azurerm_servicebus_queue.mail.name
      }
    }
  }

  ingress {
    external_enabled = each.value.external
    target_port      = 8080

    traffic_weight {
      latest_revision = true
      percentage      = 100
    }
  }
}

resource "azurerm_container_registry" "portal" {
  name                = replace(local.name, "-", "")
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
  sku                 = "Standard"
}

resource "azurerm_role_assignment" "portal" {
  for_each = {
    documents = { scope = azurerm_storage_account.documents.id, role = "Storage Blob Data Contributor" }
    secrets   = { scope = azurerm_key_vault.portal.id, role = "Key Vault Secrets User" }
    images    = { scope = azurerm_container_registry.portal.id, role = "AcrPull" }
    mail      = { scope = azurerm_servicebus_queue.mail.id, role = "Azure Service Bus Data Owner" }
  }

  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.portal.principal_id
}

resource "azurerm_servicebus_namespace" "portal" {
  name                = local.name
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
  sku                 = "Standard"
}

resource "azurerm_servicebus_queue" "mail" {
  name         = "mail"
  namespace_id = azurerm_servicebus_namespace.portal.id
}

resource "azurerm_cdn_frontdoor_profile" "portal" {
  name                = local.name
  resource_group_name = azurerm_resource_group.portal.name
  sku_name            = "Standard_AzureFrontDoor"
}

resource "azurerm_cdn_frontdoor_endpoint" "portal" {
  name                     = local.name
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.portal.id
}

resource "azurerm_cdn_frontdoor_origin_group" "portal" {
  name                     = "apps"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.portal.id

  load_balancing {}
}

resource "azurerm_cdn_frontdoor_origin" "portal" {
  for_each = toset(["web", "api"])

  name                           = each.key
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.portal.id
  host_name                      = azurerm_container_app.portal[each.key].ingress[0].fqdn
  certificate_name_check_enabled = true
  enabled                        = true
}

resource "azurerm_cdn_frontdoor_route" "portal" {
  name                          = "everything"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.portal.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.portal.id
  cdn_frontdoor_origin_ids      = [for origin in azurerm_cdn_frontdoor_origin.portal : origin.id]
  patterns_to_match             = ["/*"]
  supported_protocols           = ["Http", "Https"]
}
