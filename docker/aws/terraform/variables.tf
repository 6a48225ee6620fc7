# SPDX-License-Identifier: MIT
variable "name" {
  description = "Of the function, and the beginning of all other names"
  type        = string
}

variable "vpc_id" {
  type = string
}

variable "load_balancer_subnets" {
  description = "At least two, public if clients come from the internet"
  type        = list(string)
}

variable "router_subnets" {
  description = "Private ones with a way to the Lambda API: a NAT gateway or the interface endpoint com.amazonaws.REGION.lambda"
  type        = list(string)
}

variable "function_subnets" {
  description = "Private ones with a route to the router's; nothing else is needed but what the app itself asks for"
  type        = list(string)
}

variable "client_cidr" {
  description = "Who may reach the load balancer"
  type        = string
  default     = "0.0.0.0/0"
}

variable "certificate_arn" {
  description = "ACM certificate of the load balancer; without one it listens on port 80 only"
  type        = string
  default     = ""
}

variable "router_image" {
  description = "The router's image, with its tag or digest"
  type        = string
}

variable "function_image" {
  description = "The app's image in ECR, with the extension copied into /opt"
  type        = string
}

variable "architecture" {
  description = "Of both images: a build on a PC makes x86_64 ones"
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "architecture is x86_64 or arm64."
  }
}

variable "function_memory" {
  description = "MB; 1769 is one vCPU"
  type        = number
  default     = 1769
}

variable "function_concurrency" {
  description = "Execution environments at most, of all routers together: Lambda itself holds to it, and takes them from the account's limit"
  type        = number
  default     = 60

  validation {
    condition     = var.max_routers * (var.instances_per_router + ceil(var.instances_per_router / 4)) <= var.function_concurrency
    error_message = "max_routers x instances_per_router x 1.25 exceeds function_concurrency: invokes would be throttled while instances are replaced."
  }
}

variable "instances_per_router" {
  description = "Execution environments that one router may have, and a quarter more while old ones are replaced"
  type        = number
  default     = 12
}

variable "min_routers" {
  type    = number
  default = 2
}

variable "max_routers" {
  type    = number
  default = 4
}

variable "alarm_email" {
  description = "Who is told"
  type        = string
}

variable "invokes_per_five_minutes" {
  description = "More than so many invokes in five minutes are an alarm"
  type        = number
  default     = 300
}

variable "gigabyte_seconds_per_hour" {
  description = "More than so much of Lambda in an hour is an alarm (100000 cost about 1.7 USD on x86_64, 1.3 USD on arm64, in us-east-1)"
  type        = number
  default     = 100000
}

variable "monthly_budget" {
  description = "USD a month for the whole account, warned of at 80 percent and when the forecast exceeds it"
  type        = number
  default     = 100
}
