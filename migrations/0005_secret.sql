-- Secrets and signing keys, encrypted by keys that the master key encrypts; the master key stands in a file and never here.

-- Which master keys there are; `proof` is known text under the key, so that a wrong key of the right name is noticed.
create table roadbed.master_key (
  id text primary key,
  proof bytea not null,
  current boolean not null,
  created_at timestamptz not null default now()
);
create unique index master_key_current on roadbed.master_key (current) where current;

-- One row for each version; a removed version keeps its number, so that a release that pinned it never gets another value.
create table roadbed.secret (
  namespace text collate "C" not null,
  environment text collate "C" not null,
  service text collate "C" not null,
  name text collate "C" not null,
  version integer not null check (version > 0),
  master_key text references roadbed.master_key (id),
  wrapped_key bytea,
  ciphertext bytea,
  created_at timestamptz not null default now(),
  created_by text not null,
  removed_at timestamptz,
  primary key (namespace, environment, service, name, version),
  check ((removed_at is null) = (ciphertext is not null and wrapped_key is not null and master_key is not null))
);
create index secret_master_key on roadbed.secret (master_key) where removed_at is null;

create table roadbed.signing_key (
  id text primary key,
  public_key bytea not null,
  master_key text not null references roadbed.master_key (id),
  wrapped_key bytea not null,
  ciphertext bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create unique index signing_key_active on roadbed.signing_key ((true)) where retired_at is null;
