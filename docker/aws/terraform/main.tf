# SPDX-License-Identifier: MIT
# Lambda Dispatch on ECS Fargate: load balancer, router service and function; alarms.tf watches what may cost money. docs/aws.md explains the choices.
#   terraform init && terraform apply -var name=shop -var vpc_id=vpc-… …
terraform {
  required_version = ">= 1.9" # validations that name other variables

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.60, < 7"
    }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  secure       = var.certificate_arn != ""
  partition    = data.aws_partition.current.partition
  account      = data.aws_caller_identity.current.account_id
  region       = data.aws_region.current.name
  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
  vpc_actions  = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"]
}

# --- who may talk to whom: clients -> load balancer -> router 5001; function -> router 5004; nobody -> function ---
resource "aws_security_group" "load_balancer" {
  name_prefix = "${var.name}-load-balancer-"
  description = "Lambda Dispatch, load balancer"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "router" {
  name_prefix = "${var.name}-router-"
  description = "Lambda Dispatch, router"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "function" {
  name_prefix = "${var.name}-function-"
  description = "Lambda Dispatch, function; add what the app itself needs"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  description       = "Clients"
  security_group_id = aws_security_group.load_balancer.id
  ip_protocol       = "tcp"
  from_port         = local.secure ? 443 : 80
  to_port           = local.secure ? 443 : 80
  cidr_ipv4         = var.client_cidr
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_router" {
  description                  = "Requests and health checks"
  security_group_id            = aws_security_group.load_balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 5001
  to_port                      = 5001
  referenced_security_group_id = aws_security_group.router.id
}

resource "aws_vpc_security_group_ingress_rule" "router_from_load_balancer" {
  description                  = "Requests and health checks"
  security_group_id            = aws_security_group.router.id
  ip_protocol                  = "tcp"
  from_port                    = 5001
  to_port                      = 5001
  referenced_security_group_id = aws_security_group.load_balancer.id
}

resource "aws_vpc_security_group_ingress_rule" "router_from_function" {
  description                  = "Control channels"
  security_group_id            = aws_security_group.router.id
  ip_protocol                  = "tcp"
  from_port                    = 5004
  to_port                      = 5004
  referenced_security_group_id = aws_security_group.function.id
}

resource "aws_vpc_security_group_egress_rule" "router" {
  description       = "The Lambda API, the image registry, logs"
  security_group_id = aws_security_group.router.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "function_to_router" {
  description                  = "Control channels"
  security_group_id            = aws_security_group.function.id
  ip_protocol                  = "tcp"
  from_port                    = 5004
  to_port                      = 5004
  referenced_security_group_id = aws_security_group.router.id
}

resource "aws_vpc_security_group_egress_rule" "function" {
  description       = "What apps commonly call"
  security_group_id = aws_security_group.function.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

# --- load balancer ---
resource "aws_lb" "this" {
  name_prefix                = "ld-"
  load_balancer_type         = "application"
  subnets                    = var.load_balancer_subnets
  security_groups            = [aws_security_group.load_balancer.id]
  idle_timeout               = 60 # below the router's KeepAliveTimeout (75 s): no idle connection is closed under a request
  preserve_host_header       = true
  desync_mitigation_mode     = "defensive"
  drop_invalid_header_fields = true # names of other characters: apps may take X_Forwarded_For for X-Forwarded-For
}

resource "aws_lb_listener" "this" {
  load_balancer_arn = aws_lb.this.arn
  port              = local.secure ? 443 : 80
  protocol          = local.secure ? "HTTPS" : "HTTP"
  certificate_arn   = local.secure ? var.certificate_arn : null
  ssl_policy        = local.secure ? "ELBSecurityPolicy-TLS13-1-2-2021-06" : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.router.arn
  }
}

resource "aws_lb_target_group" "router" {
  name_prefix                   = "ld-"
  vpc_id                        = var.vpc_id
  target_type                   = "ip"
  protocol                      = "HTTP"
  port                          = 5001
  deregistration_delay          = 30 # ECS waits for so long before it sends SIGTERM; requests in flight go on meanwhile
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = "/health"
    interval            = 5
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
    matcher             = "200"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# --- router ---
resource "aws_cloudwatch_log_group" "router" {
  name              = "/ecs/${var.name}-router"
  retention_in_days = 14
}

resource "aws_iam_role" "router_execution" { # of ECS itself, before the router runs: pulls the image, opens the log stream
  name_prefix = "${var.name}-execution-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "router_execution" {
  role       = aws_iam_role.router_execution.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "router" { # of the router: one action on one function
  name_prefix = "${var.name}-router-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = local.account }
        ArnLike      = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account}:*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "invoke" {
  name = "invoke"
  role = aws_iam_role.router.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "lambda:InvokeFunction", Resource = [local.function_arn, "${local.function_arn}:*"] }]
  })
}

resource "aws_ecs_cluster" "this" {
  name = "${var.name}-router"
}

resource "aws_ecs_task_definition" "router" {
  family                   = "${var.name}-router"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024 # one core, since the router works on one: 60 % of this task is 60 % of what it can do
  memory                   = 2048
  execution_role_arn       = aws_iam_role.router_execution.arn
  task_role_arn            = aws_iam_role.router.arn

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.architecture == "arm64" ? "ARM64" : "X86_64"
  }

  container_definitions = jsonencode([{
    name                   = "router"
    image                  = var.router_image
    essential              = true
    user                   = "65532:65532"
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { drop = ["ALL"] } }
    portMappings           = [{ containerPort = 5001, protocol = "tcp" }, { containerPort = 5004, protocol = "tcp" }]
    stopTimeout            = 60 # DrainDelay + DrainTimeout stay below it: then comes SIGKILL
    environment = [
      { name = "LAMBDA_DISPATCH_FunctionName", value = var.name },
      { name = "LAMBDA_DISPATCH_MaxInstanceCount", value = tostring(var.instances_per_router) },
      { name = "LAMBDA_DISPATCH_DrainDelay", value = "5s" },
      { name = "LAMBDA_DISPATCH_DrainTimeout", value = "45s" },
      { name = "LAMBDA_DISPATCH_CloudWatchMetricsEnabled", value = "true" },
      { name = "LAMBDA_DISPATCH_CloudWatchMetricsDimensions", value = "Service=${var.name}" },
    ]
    healthCheck = { # ECS does not read the image's own
      command     = ["CMD", "/opt/lambda-dispatch-router/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-m", "lambdadispatch.router/lambdadispatch.router.HealthCheck"]
      interval    = 10
      timeout     = 5
      retries     = 3
      startPeriod = 10
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.router.name
        awslogs-region        = local.region
        awslogs-stream-prefix = "router"
        mode                  = "non-blocking" # a slow log never holds requests up
        max-buffer-size       = "4m"
      }
    }
  }])
}

resource "aws_ecs_service" "router" {
  name                               = "router"
  cluster                            = aws_ecs_cluster.this.id
  task_definition                    = aws_ecs_task_definition.router.arn
  launch_type                        = "FARGATE"
  desired_count                      = var.min_routers
  health_check_grace_period_seconds  = 15
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  depends_on                         = [aws_lb_listener.this, aws_iam_role_policy.invoke]

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.router.arn
    container_name   = "router"
    container_port   = 5001
  }

  network_configuration {
    subnets          = var.router_subnets
    security_groups  = [aws_security_group.router.id]
    assign_public_ip = false
  }

  lifecycle {
    ignore_changes = [desired_count] # scaling's
  }
}

resource "aws_appautoscaling_target" "router" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.router.name}"
  min_capacity       = var.min_routers
  max_capacity       = var.max_routers
}

resource "aws_appautoscaling_policy" "router" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.router.service_namespace
  scalable_dimension = aws_appautoscaling_target.router.scalable_dimension
  resource_id        = aws_appautoscaling_target.router.resource_id

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_out_cooldown = 30
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

# --- function ---
resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 14
}

resource "aws_iam_role" "function" {
  name_prefix = "${var.name}-function-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "function" {
  name = "logs-and-network"
  role = aws_iam_role.function.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["logs:CreateLogStream", "logs:PutLogEvents"], Resource = "${aws_cloudwatch_log_group.function.arn}:*" },
      # Lambda attaches the function to the VPC in the role's name; these actions know no resources.
      { Effect = "Allow", Action = [for action in local.vpc_actions : "ec2:${action}"], Resource = "*" },
      # The code that runs in the function may not.
      {
        Effect    = "Deny"
        Action    = [for action in concat(local.vpc_actions, ["DetachNetworkInterface"]) : "ec2:${action}"]
        Resource  = "*"
        Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.function_arn } }
      },
    ]
  })
}

resource "aws_lambda_function" "this" {
  function_name                  = var.name
  package_type                   = "Image"
  image_uri                      = var.function_image
  architectures                  = [var.architecture]
  memory_size                    = var.function_memory
  timeout                        = 900
  reserved_concurrent_executions = var.function_concurrency # the outermost cost guard: whatever any router does, Lambda runs no more than this
  role                           = aws_iam_role.function.arn
  depends_on                     = [aws_iam_role_policy.function]

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  vpc_config {
    subnet_ids         = var.function_subnets
    security_group_ids = [aws_security_group.function.id]
  }

  environment {
    variables = {
      PORT                 = "3001"
      LAMBDA_DISPATCH_PORT = "3001"
    }
  }
}

output "url" {
  value = "${local.secure ? "https" : "http"}://${aws_lb.this.dns_name}"
}
