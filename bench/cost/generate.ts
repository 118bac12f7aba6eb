/** Code of any size, made the same every time: files of machines, disks, databases, functions and their networks, some of it counted. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HEAD = `variable "environment" { default = "production" }
variable "size" { default = "m7g.large" }
locals {
  name = "shop-\${var.environment}"
  tags = { Environment = var.environment, Team = "payments", ManagedBy = "terraform" }
}
provider "aws" { region = "eu-west-1" }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = merge(local.tags, { Name = local.name })
}
`;

/** Nine resources that lean on each other, some 1.4 kB. */
function group(at: number): string {
  return `resource "aws_subnet" "s${at}" {
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, ${at % 250})
  tags       = merge(local.tags, { Name = "\${local.name}-${at}" })
}
resource "aws_instance" "web${at}" {
  ami           = "ami-0123456789abcdef0"
  instance_type = ${at % 3 === 0 ? '"m4.large"' : 'var.size'}
  subnet_id     = aws_subnet.s${at}.id
  root_block_device {
    volume_type = "gp3"
    volume_size = ${20 + (at % 50)}
  }
  tags = merge(local.tags, { Name = "\${local.name}-web-${at}" })
}
resource "aws_ebs_volume" "data${at}" {
  availability_zone = "eu-west-1a"
  size              = ${50 + (at % 200)}
  type              = "${at % 5 === 0 ? 'gp2' : 'gp3'}"
  tags              = local.tags
}
resource "aws_volume_attachment" "data${at}" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data${at}.id
  instance_id = aws_instance.web${at}.id
}
resource "aws_db_instance" "db${at}" {
  identifier        = "\${local.name}-${at}"
  engine            = "postgres"
  instance_class    = "db.m6g.large"
  allocated_storage = ${100 + (at % 100)}
  storage_type      = "gp3"
  tags              = local.tags
}
resource "aws_security_group" "web${at}" {
  name   = "web-${at}"
  vpc_id = aws_vpc.main.id
}
resource "aws_cloudwatch_log_group" "web${at}" {
  name              = "/web/${at}"
  retention_in_days = 30
}
resource "aws_eip" "web${at}" {
  instance = aws_instance.web${at}.id
}
resource "aws_lambda_function" "job${at}" {
  function_name = "\${local.name}-job-${at}"
  role          = "arn:aws:iam::123456789012:role/job"
  runtime       = "python3.12"
  memory_size   = 512
}
`;
}

/** Writes a root module with about this many resources, a hundred groups a file; answers its size in bytes. */
export function writeRoot(folder: string, resources: number): number {
  mkdirSync(folder, { recursive: true });
  const groups = Math.ceil(resources / 9);
  let bytes = 0;
  for (let from = 0; from < groups; from += 100) {
    const text = `${from === 0 ? HEAD : ''}${Array.from({ length: Math.min(100, groups - from) }, (_, at) => group(from + at)).join('')}`;
    bytes += text.length;
    writeFileSync(join(folder, `part-${from / 100}.tf`), text);
  }
  return bytes;
}
