-- What the edge counted, by second and revision, for a day. Partial seconds are added up when read.
create table roadbed.traffic_sample (
  environment text not null,
  service text not null,
  revision text not null,
  at timestamptz(0) not null,
  requests bigint not null,
  classes bigint[] not null,
  errors bigint not null,
  first_byte json not null
);
create index traffic_sample_service on roadbed.traffic_sample (environment, service, at);
create index traffic_sample_age on roadbed.traffic_sample using brin (at);
