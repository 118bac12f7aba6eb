/** Three tiers in one VPC, with a CDN, queues and functions beside it. Of our own making. */
export const AWS_SHOP = String.raw`provider "aws" { region = "eu-west-1" }
variable "azs" { default = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags = { Name = "shop" }
}
resource "aws_internet_gateway" "gw" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  count = 3
  vpc_id = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = var.azs[count.index]
}
resource "aws_subnet" "app" {
  count = 3
  vpc_id = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index + 10)
  availability_zone = var.azs[count.index]
}
resource "aws_subnet" "data_a" {
  vpc_id = aws_vpc.main.id
  cidr_block = "10.0.20.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "data_b" {
  vpc_id = aws_vpc.main.id
  cidr_block = "10.0.21.0/24"
  availability_zone = "eu-west-1b"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.gw.id
  }
}
resource "aws_route_table_association" "public" {
  count = 3
  subnet_id = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}
resource "aws_eip" "nat" {}
resource "aws_nat_gateway" "nat" {
  subnet_id = aws_subnet.public[0].id
  allocation_id = aws_eip.nat.id
}
resource "aws_route_table" "app" { vpc_id = aws_vpc.main.id }
resource "aws_route" "app" {
  route_table_id = aws_route_table.app.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id = aws_nat_gateway.nat.id
}
resource "aws_route_table_association" "app" {
  count = 3
  subnet_id = aws_subnet.app[count.index].id
  route_table_id = aws_route_table.app.id
}
resource "aws_route_table" "data" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "data_a" {
  subnet_id = aws_subnet.data_a.id
  route_table_id = aws_route_table.data.id
}
resource "aws_route_table_association" "data_b" {
  subnet_id = aws_subnet.data_b.id
  route_table_id = aws_route_table.data.id
}
resource "aws_security_group" "lb" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port = 443
    to_port = 443
    protocol = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port = 0
    to_port = 0
    protocol = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "app" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port = 8080
    to_port = 8080
    protocol = "tcp"
    security_groups = [aws_security_group.lb.id]
  }
}
resource "aws_security_group" "db" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "db" {
  security_group_id = aws_security_group.db.id
  referenced_security_group_id = aws_security_group.app.id
  from_port = 5432
  to_port = 5432
  ip_protocol = "tcp"
}
resource "aws_security_group_rule" "db_open" {
  type = "ingress"
  security_group_id = aws_security_group.db.id
  from_port = 5432
  to_port = 5432
  protocol = "tcp"
  cidr_blocks = ["0.0.0.0/0"]
}
resource "aws_lb" "web" {
  name = "web"
  load_balancer_type = "application"
  subnets = aws_subnet.public[*].id
  security_groups = [aws_security_group.lb.id]
}
resource "aws_lb_target_group" "web" {
  port = 8080
  protocol = "HTTP"
  vpc_id = aws_vpc.main.id
  target_type = "ip"
}
resource "aws_acm_certificate" "web" { domain_name = "shop.example.com" }
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.web.arn
  port = 443
  protocol = "HTTPS"
  certificate_arn = aws_acm_certificate.web.arn
  default_action {
    type = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_cluster" "main" { name = "shop" }
resource "aws_iam_role" "task" {
  name = "task"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }] })
}
data "aws_iam_policy_document" "task" {
  statement {
    actions = ["s3:GetObject", "s3:ListBucket"]
    resources = [aws_s3_bucket.assets.arn, "${"${"}aws_s3_bucket.assets.arn}/*"]
  }
  statement {
    actions = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.jobs.arn]
  }
}
resource "aws_iam_policy" "task" { policy = data.aws_iam_policy_document.task.json }
resource "aws_iam_role_policy_attachment" "task" {
  role = aws_iam_role.task.name
  policy_arn = aws_iam_policy.task.arn
}
resource "aws_ecs_task_definition" "web" {
  family = "web"
  task_role_arn = aws_iam_role.task.arn
  container_definitions = jsonencode([{ name = "web", image = "shop", environment = [{ name = "DB", value = aws_db_instance.db.address }] }])
}
resource "aws_ecs_service" "web" {
  name = "web"
  cluster = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count = 3
  launch_type = "FARGATE"
  network_configuration {
    subnets = aws_subnet.app[*].id
    security_groups = [aws_security_group.app.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name = "web"
    container_port = 8080
  }
}
resource "aws_appautoscaling_target" "web" {
  resource_id = "service/${"${"}aws_ecs_cluster.main.name}/${"${"}aws_ecs_service.web.name}"
  min_capacity = 2
  max_capacity = 10
  scalable_dimension = "ecs:service:DesiredCount"
  service_namespace = "ecs"
}
resource "aws_db_subnet_group" "db" { subnet_ids = [aws_subnet.data_a.id, aws_subnet.data_b.id] }
resource "aws_kms_key" "data" { description = "data" }
resource "aws_db_instance" "db" {
  identifier = "orders"
  engine = "postgres"
  engine_version = "16"
  instance_class = "db.t4g.medium"
  db_subnet_group_name = aws_db_subnet_group.db.name
  vpc_security_group_ids = [aws_security_group.db.id]
  kms_key_id = aws_kms_key.data.arn
  password = "hunter2hunter2"
}
resource "aws_s3_bucket" "assets" { bucket = "shop-assets" }
resource "aws_s3_bucket_versioning" "assets" {
  bucket = aws_s3_bucket.assets.id
  versioning_configuration { status = "Enabled" }
}
resource "aws_cloudfront_distribution" "cdn" {
  enabled = true
  origin {
    domain_name = aws_s3_bucket.assets.bucket_regional_domain_name
    origin_id = "assets"
  }
  origin {
    domain_name = aws_lb.web.dns_name
    origin_id = "web"
  }
}
resource "aws_route53_zone" "main" { name = "example.com" }
resource "aws_route53_record" "shop" {
  zone_id = aws_route53_zone.main.zone_id
  name = "shop.example.com"
  type = "A"
  alias {
    name = aws_cloudfront_distribution.cdn.domain_name
    zone_id = aws_cloudfront_distribution.cdn.hosted_zone_id
    evaluate_target_health = false
  }
}
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}
resource "aws_sqs_queue" "dead" { name = "jobs-dead" }
resource "aws_iam_role" "worker" { assume_role_policy = "{}" }
resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["dynamodb:PutItem", "dynamodb:Query"], Resource = aws_dynamodb_table.events.arn }] })
}
resource "aws_lambda_function" "worker" {
  function_name = "worker"
  runtime = "nodejs22.x"
  role = aws_iam_role.worker.arn
}
resource "aws_cloudwatch_log_group" "worker" { name = "/aws/lambda/${"${"}aws_lambda_function.worker.function_name}" }
resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name = aws_lambda_function.worker.arn
}
resource "aws_dynamodb_table" "events" { name = "events" }
resource "aws_sns_topic" "alerts" { name = "alerts" }
resource "aws_sns_topic_subscription" "jobs" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol = "sqs"
  endpoint = aws_sqs_queue.jobs.arn
}
resource "aws_s3_bucket_notification" "assets" {
  bucket = aws_s3_bucket.assets.id
  queue {
    queue_arn = aws_sqs_queue.jobs.arn
    events = ["s3:ObjectCreated:*"]
  }
}
resource "random_pet" "name" {}
resource "acme_gizmo_queue" "g" { name = "gizmo" }
`;
