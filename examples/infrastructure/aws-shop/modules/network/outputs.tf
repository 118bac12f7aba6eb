output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Address range of the network."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets with a route to the internet gateway."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "Subnets that reach out through the NAT gateway."
  value       = aws_subnet.private[*].id
}

output "data_subnet_ids" {
  description = "Subnets without a way out."
  value       = aws_subnet.data[*].id
}
