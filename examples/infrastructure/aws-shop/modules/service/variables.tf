variable "name" {
  description = "Name of the service, unique in the account."
  type        = string
}

variable "path" {
  description = "Path pattern that leads to this service."
  type        = string
}

variable "priority" {
  description = "Order of the listener's rules; lower comes first."
  type        = number
}

variable "port" {
  description = "Port that the container listens on."
  type        = number
}

variable "cpu" {
  description = "CPU units of a task; 1024 is one vCPU."
  type        = number
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
}

variable "tasks" {
  description = "Tasks at least; four times as many at most."
  type        = number
}

variable "cluster_id" {
  description = "ECS cluster that runs the tasks."
  type        = string
}

variable "vpc_id" {
  description = "Network of the service."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets that the tasks run in."
  type        = list(string)
}

variable "listener_arn" {
  description = "Listener of the shared load balancer."
  type        = string
}

variable "balancer_group_id" {
  description = "Security group of the load balancer: the only way in."
  type        = string
}

variable "environment" {
  description = "Environment variables of the container."
  type        = map(string)
  default     = {}
}

variable "statements" {
  description = "What the service may do."
  type = list(object({
    actions   = list(string)
    resources = list(string)
  }))
  default = []
}
