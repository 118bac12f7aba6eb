-- Segments of the audit chain (see src/adapters/postgres/events/seal.ts for what they hold).
create table roadbed.event_seal (
  number bigint primary key,
  first_sequence bigint not null,
  last_sequence bigint not null,
  rows bytea not null,
  previous bytea not null,
  hash bytea not null,
  key_id text not null,
  signature bytea not null,
  sealed_at timestamptz not null default now()
);
