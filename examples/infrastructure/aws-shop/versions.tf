terraform {
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }

  backend "s3" {
    bucket = "shop-terraform-state"
    key    = "shop/production.tfstate"
    region = "eu-west-1"
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      system      = "shop"
      environment = var.environment
      owner       = "team-shop"
    }
  }
}
