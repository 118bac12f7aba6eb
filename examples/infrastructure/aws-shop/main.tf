# The shop: what customers see, and what happens to their orders.
#
# Customers reach the CDN; everything dynamic goes to one load balancer and from there by path to the
# services. Orders are put on a queue, and a function works them off.

locals {
  name = "shop-${var.environment}"
}

module "network" {
  source = "./modules/network"

  name       = local.name
  cidr       = "10.20.0.0/16"
  zone_count = 3
}

resource "aws_ecs_cluster" "shop" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

module "service" {
  source   = "./modules/service"
  for_each = var.services

  name              = "${local.name}-${each.key}"
  path              = each.value.path
  port              = each.value.port
  cpu               = each.value.cpu
  memory            = each.value.memory
  tasks             = each.value.tasks
  priority          = each.value.path == "/*" ? 100 : 10
  cluster_id        = aws_ecs_cluster.shop.id
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.private_subnet_ids
  listener_arn      = aws_lb_listener.https.arn
  balancer_group_id = aws_security_group.balancer.id

  environment = {
    DATABASE_HOST = aws_db_instance.orders.address
    CACHE_HOST    = aws_elasticache_replication_group.sessions.primary_endpoint_address
    ORDERS_QUEUE  = aws_sqs_queue.orders.url
  }

  statements = [
    { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.orders.arn] },
    { actions = ["s3:GetObject"], resources = ["${aws_s3_bucket.media.arn}/*"] },
  ]
}
