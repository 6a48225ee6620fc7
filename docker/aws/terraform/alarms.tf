# SPDX-License-Identifier: MIT
# Alarms on what may cost money or is felt by clients; docs/aws.md says what each means.
locals {
  service = { Service = var.name }
  pool    = { Service = var.name, Function = var.name }
  lambda  = { FunctionName = var.name }
  balancer = {
    LoadBalancer = aws_lb.this.arn_suffix
  }
  routers = {
    ClusterName = aws_ecs_cluster.this.name
    ServiceName = aws_ecs_service.router.name
  }

  # Each is above its threshold in `often` of `of` periods, unless it says otherwise.
  alarms = {
    invokes   = { about = "More invokes than this app should ever need - a runaway costs money by the minute", namespace = "AWS/Lambda", metric = "Invocations", statistic = "Sum", period = 300, above = var.invokes_per_five_minutes, dimensions = local.lambda }
    errors    = { about = "Invocations that crashed or timed out", namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum", period = 300, above = 5, dimensions = local.lambda }
    throttles = { about = "Lambda refuses invokes - the load is larger than function_concurrency, or the account's limit", namespace = "AWS/Lambda", metric = "Throttles", statistic = "Sum", period = 300, above = 0, dimensions = local.lambda }
    held-back = { about = "The router's cost guard holds invokes back since they bought nothing", namespace = "LambdaDispatch", metric = "InvokesHeldBack", statistic = "Maximum", of = 5, often = 3, above = 0, dimensions = local.pool }
    refused   = { about = "Clients got 503 or 504 since no instance was there in time", namespace = "LambdaDispatch", metric = "RequestsRefused", statistic = "Sum", of = 5, often = 3, above = 0, dimensions = local.pool }
    queue     = { about = "One request in a hundred waits for more than a second", namespace = "LambdaDispatch", metric = "QueueDelay", percentile = "p99", of = 5, above = 1000, dimensions = local.service }
    missing   = { about = "No router reports any more", namespace = "LambdaDispatch", metric = "Requests", statistic = "SampleCount", of = 5, above = 1, comparison = "LessThanThreshold", missing = "breaching", dimensions = local.service }
    balancer  = { about = "The load balancer itself answers 5xx - it reaches no router, or one broke off", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum", above = 10, dimensions = local.balancer }
    unhealthy = { about = "A router does not answer its health check", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum", of = 5, often = 2, above = 0, dimensions = merge(local.balancer, { TargetGroup = aws_lb_target_group.router.arn_suffix }) }
    cpu       = { about = "The routers are busier than scaling keeps them - max_routers is reached", namespace = "AWS/ECS", metric = "CPUUtilization", statistic = "Average", of = 10, above = 85, missing = "missing", dimensions = local.routers }
  }
}

resource "aws_sns_topic" "alarms" {
  name_prefix = "${var.name}-alarms-"
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

# A policy of one's own takes the place of the default one, which lets alarms of the account in.
resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for service in ["cloudwatch.amazonaws.com", "events.amazonaws.com"] : {
      Effect    = "Allow"
      Principal = { Service = service }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
    }]
  })
}

# A router that ends by itself, and is started again before any minute passes without a sample.
resource "aws_cloudwatch_event_rule" "ended" {
  name        = "${var.name}-router-ended"
  description = "A router ended by itself, or was killed"
  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Task State Change"]
    detail = {
      clusterArn = [aws_ecs_cluster.this.arn]
      group      = ["service:${aws_ecs_service.router.name}"]
      lastStatus = ["STOPPED"]
      stopCode   = ["EssentialContainerExited"]
    }
  })
}

resource "aws_cloudwatch_event_target" "ended" {
  rule = aws_cloudwatch_event_rule.ended.name
  arn  = aws_sns_topic.alarms.arn
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = lookup(each.value, "statistic", null)
  extended_statistic  = lookup(each.value, "percentile", null)
  period              = lookup(each.value, "period", 60)
  evaluation_periods  = lookup(each.value, "of", 1)
  datapoints_to_alarm = lookup(each.value, "often", null)
  threshold           = each.value.above
  comparison_operator = lookup(each.value, "comparison", "GreaterThanThreshold")
  treat_missing_data  = lookup(each.value, "missing", "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "cost" {
  alarm_name          = "${var.name}-cost"
  alarm_description   = "Lambda bills by the gigabyte-second"
  evaluation_periods  = 1
  threshold           = var.gigabyte_seconds_per_hour
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "gigabyteseconds"
    expression  = "duration / 1000 * ${var.function_memory} / 1024"
    label       = "GB-seconds an hour"
    return_data = true
  }

  metric_query {
    id = "duration"

    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Duration"
      dimensions  = local.lambda
      period      = 3600
      stat        = "Sum"
    }
  }
}

resource "aws_budgets_budget" "monthly" {
  name         = "${var.name}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_budget)
  limit_unit   = "USD"

  notification {
    notification_type          = "ACTUAL"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 80
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.alarm_email]
  }

  notification {
    notification_type          = "FORECASTED"
    comparison_operator        = "GREATER_THAN"
    threshold                  = 100
    threshold_type             = "PERCENTAGE"
    subscriber_email_addresses = [var.alarm_email]
  }
}
