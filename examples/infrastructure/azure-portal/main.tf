# A customer portal: Front Door in front, container apps inside, data reachable by private endpoints only.

terraform {
  required_version = ">= 1.6"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "location" {
  description = "Azure region of everything but Front Door."
  type        = string
  default     = "westeurope"
}

variable "environment" {
  description = "Name of the environment."
  type        = string
  default     = "production"
}

variable "sql_administrator_password" {
  description = "Password of the database server's administrator."
  type        = string
  sensitive   = true
}

locals {
  name = "portal-${var.environment}"
  tags = { system = "portal", owner = "team-portal", environment = var.environment }

  private_links = {
    sql     = { target = azurerm_mssql_server.portal.id, group = "sqlServer", zone = "privatelink.database.windows.net" }
    storage = { target = azurerm_storage_account.documents.id, group = "blob", zone = "privatelink.blob.core.windows.net" }
    vault   = { target = azurerm_key_vault.portal.id, group = "vault", zone = "privatelink.vaultcore.azure.net" }
  }
}

resource "azurerm_resource_group" "portal" {
  name     = local.name
  location = var.location
  tags     = local.tags
}

resource "azurerm_virtual_network" "portal" {
  name                = local.name
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
  address_space       = ["10.60.0.0/16"]
}

resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = azurerm_resource_group.portal.name
  virtual_network_name = azurerm_virtual_network.portal.name
  address_prefixes     = ["10.60.0.0/21"]

  delegation {
    name = "container-apps"

    service_delegation {
      name = "Microsoft.App/environments"
    }
  }
}

resource "azurerm_subnet" "endpoints" {
  name                 = "endpoints"
  resource_group_name  = azurerm_resource_group.portal.name
  virtual_network_name = azurerm_virtual_network.portal.name
  address_prefixes     = ["10.60.16.0/24"]
}

resource "azurerm_network_security_group" "endpoints" {
  name                = "${local.name}-endpoints"
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location

  security_rule {
    name                       = "from-apps"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_ranges    = ["443", "1433"]
    source_address_prefix      = azurerm_subnet.apps.address_prefixes[0]
    destination_address_prefix = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "endpoints" {
  subnet_id                 = azurerm_subnet.endpoints.id
  network_security_group_id = azurerm_network_security_group.endpoints.id
}

resource "azurerm_private_dns_zone" "links" {
  for_each = local.private_links

  name                = each.value.zone
  resource_group_name = azurerm_resource_group.portal.name
}

resource "azurerm_private_dns_zone_virtual_network_link" "links" {
  for_each = local.private_links

  name                  = each.key
  resource_group_name   = azurerm_resource_group.portal.name
  private_dns_zone_name = azurerm_private_dns_zone.links[each.key].name
  virtual_network_id    = azurerm_virtual_network.portal.id
}

resource "azurerm_private_endpoint" "links" {
  for_each = local.private_links

  name                = "${local.name}-${each.key}"
  resource_group_name = azurerm_resource_group.portal.name
  location            = azurerm_resource_group.portal.location
  subnet_id           = azurerm_subnet.endpoints.id

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.target
    subresource_names              = [each.value.group]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = each.key
    private_dns_zone_ids = [azurerm_private_dns_zone.links[each.key].id]
  }
}
