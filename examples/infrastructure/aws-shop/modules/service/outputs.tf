output "security_group_id" {
  description = "Group of the tasks, for rules of what they may reach."
  value       = aws_security_group.this.id
}

output "role_arn" {
  description = "Role of the tasks."
  value       = aws_iam_role.this.arn
}
