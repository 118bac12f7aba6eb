# Orders are put on a queue by checkout; a function works them off.

resource "aws_sqs_queue" "failed_orders" {
  name                      = "${local.name}-orders-failed"
  message_retention_seconds = 1209600
}

resource "aws_sqs_queue" "orders" {
  name                       = "${local.name}-orders"
  visibility_timeout_seconds = 180
  kms_master_key_id          = aws_kms_key.data.id

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed_orders.arn
    maxReceiveCount     = 5
  })
}

resource "aws_security_group" "fulfilment" {
  name   = "${local.name}-fulfilment"
  vpc_id = module.network.vpc_id
}

data "aws_iam_policy_document" "fulfilment" {
  statement {
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.orders.arn]
  }

  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.order_events.arn]
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }
}

resource "aws_iam_role" "fulfilment" {
  name = "${local.name}-fulfilment"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "fulfilment" {
  role   = aws_iam_role.fulfilment.id
  policy = data.aws_iam_policy_document.fulfilment.json
}

resource "aws_lambda_function" "fulfilment" {
  function_name = "${local.name}-fulfilment"
  role          = aws_iam_role.fulfilment.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "fulfilment.zip"
  architectures = ["arm64"]
  memory_size   = 512
  timeout       = 60

  vpc_config {
    subnet_ids         = module.network.private_subnet_ids
    security_group_ids = [aws_security_group.fulfilment.id]
  }

  environment {
    variables = {
      DATABASE_HOST = aws_db_instance.orders.address
      EVENTS_TOPIC  = aws_sns_topic.order_events.arn
    }
  }
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.fulfilment.arn
  batch_size       = 10
}

resource "aws_sns_topic" "order_events" {
  name = "${local.name}-order-events"
}

resource "aws_cloudwatch_log_group" "fulfilment" {
  name              = "/aws/lambda/${aws_lambda_function.fulfilment.function_name}"
  retention_in_days = 30
}

resource "aws_cloudwatch_metric_alarm" "failed_orders" {
  alarm_name          = "${local.name}-failed-orders"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = [aws_sns_topic.order_events.arn]

  dimensions = {
    QueueName = aws_sqs_queue.failed_orders.name
  }
}
