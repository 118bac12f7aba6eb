-- Requests that a revision refused and another one answered: its fault, seen by no user.
alter table roadbed.traffic_sample add column refused bigint not null default 0;
