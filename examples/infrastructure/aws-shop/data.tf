# Where the shop keeps things.

resource "aws_kms_key" "data" {
  description         = "Everything the shop stores"
  enable_key_rotation = true
}

resource "aws_security_group" "database" {
  name   = "${local.name}-database"
  vpc_id = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database_from_services" {
  for_each = module.service

  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = each.value.security_group_id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}

resource "aws_vpc_security_group_ingress_rule" "database_from_function" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.fulfilment.id
  from_port                    = 5432
  to_port                      = 5432
  ip_protocol                  = "tcp"
}

resource "aws_db_subnet_group" "orders" {
  name       = local.name
  subnet_ids = module.network.data_subnet_ids
}

resource "aws_db_instance" "orders" {
  identifier                = "${local.name}-orders"
  engine                    = "postgres"
  engine_version            = "16.4"
  instance_class            = var.database.instance_class
  allocated_storage         = var.database.storage_gb
  storage_type              = "gp3"
  storage_encrypted         = true
  kms_key_id                = aws_kms_key.data.arn
  multi_az                  = var.database.multi_az
  db_subnet_group_name      = aws_db_subnet_group.orders.name
  vpc_security_group_ids    = [aws_security_group.database.id]
  username                  = "shop"
  password                  = var.database_password
  backup_retention_period   = 14
  deletion_protection       = true
  final_snapshot_identifier = "${local.name}-orders-final"
}

resource "aws_security_group" "cache" {
  name   = "${local.name}-cache"
  vpc_id = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "cache_from_services" {
  for_each = module.service

  security_group_id            = aws_security_group.cache.id
  referenced_security_group_id = each.value.security_group_id
  from_port                    = 6379
  to_port                      = 6379
  ip_protocol                  = "tcp"
}

resource "aws_elasticache_subnet_group" "sessions" {
  name       = local.name
  subnet_ids = module.network.data_subnet_ids
}

resource "aws_elasticache_replication_group" "sessions" {
  replication_group_id       = "${local.name}-sessions"
  description                = "Sessions and carts"
  engine                     = "redis"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.sessions.name
  security_group_ids         = [aws_security_group.cache.id]
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.data.arn
}

resource "aws_s3_bucket" "media" {
  bucket = "${local.name}-media"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.data.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "media" {
  bucket                  = aws_s3_bucket.media.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
