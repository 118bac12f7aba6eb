environment = "production"

database = {
  instance_class = "db.r6g.xlarge"
}
