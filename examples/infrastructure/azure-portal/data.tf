# What the portal keeps; none of it is reachable from the internet.

data "azurerm_client_config" "current" {}

resource "azurerm_mssql_server" "portal" {
  name                          = local.name
  resource_group_name           = azurerm_resource_group.portal.name
  location                      = azurerm_resource_group.portal.location
  version                       = "12.0"
  administrator_login           = "portal"
  administrator_login_password  = var.sql_administrator_password
  public_network_access_enabled = false
}

resource "azurerm_mssql_database" "customers" {
  name           = "customers"
  server_id      = azurerm_mssql_server.portal.id
  sku_name       = "GP_S_Gen5_2"
  zone_redundant = true
  max_size_gb    = 64
}

resource "azurerm_storage_account" "documents" {
  name                          = "portaldocuments"
  resource_group_name           = azurerm_resource_group.portal.name
  location                      = azurerm_resource_group.portal.location
  account_tier                  = "Standard"
  account_replication_type      = "ZRS"
  public_network_access_enabled = false
}

resource "azurerm_storage_container" "contracts" {
  name               = "contracts"
  storage_account_id = azurerm_storage_account.documents.id
}

resource "azurerm_key_vault" "portal" {
  name                          = local.name
  resource_group_name           = azurerm_resource_group.portal.name
  location                      = azurerm_resource_group.portal.location
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  public_network_access_enabled = false
}

output "address" {
  description = "Where customers find the portal."
  value       = "https://${azurerm_cdn_frontdoor_endpoint.portal.host_name}"
}
