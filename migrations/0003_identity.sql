-- Who may speak to the API: tokens and login codes, as hashes only.
create sequence roadbed.access_token_version;

create table roadbed.access_token (
  id text primary key,
  hash bytea not null,
  subject text not null,
  name text,
  description text,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  -- Advisory lock that the issuing process holds while it lives; set for tokens that die with it.
  process_lock integer,
  -- Rises with every change, in commit order: replicas read "greater than what I have".
  version bigint not null unique
);

create table roadbed.login_code (
  hash bytea primary key,
  subject text not null,
  expires_at timestamptz not null
);
