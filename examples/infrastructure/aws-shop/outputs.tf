output "address" {
  description = "Where customers find the shop."
  value       = "https://${var.domain}"
}

output "database_host" {
  description = "Host of the orders database, reachable from the private subnets only."
  value       = aws_db_instance.orders.address
}

output "service_groups" {
  description = "Security group of each service, for rules elsewhere."
  value       = { for name, service in module.service : name => service.security_group_id }
}
