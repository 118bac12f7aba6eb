-- Findings of all areas, what people accepted of them, and Terraform states by serial, as far as they may be kept.

-- One row for each fault of a team. `body` is the finding as the exporters print it; severity is 0 for the worst.
create table roadbed.finding (
  namespace text collate "C" not null,
  fingerprint text collate "C" not null,
  area text not null,
  rule text not null,
  severity smallint not null check (severity between 0 and 4),
  subject text not null,
  -- Money a month as it is known; null: none in it, or unknown (the body says which).
  saving numeric,
  saving_currency text,
  body json not null,
  -- Rises when the same fault comes back after it was resolved.
  occurrence integer not null default 1,
  first_seen timestamptz(3) not null,
  last_seen timestamptz(3) not null,
  resolved_at timestamptz(3),
  primary key (namespace, fingerprint)
);
create index finding_open on roadbed.finding (namespace, severity) where resolved_at is null;

-- Which run sees it: a run replaces what stands under its scope, and a fault that no scope sees any more is resolved.
create table roadbed.finding_sighting (
  namespace text collate "C" not null,
  scope text collate "C" not null,
  fingerprint text collate "C" not null,
  analysis text not null,
  -- What it was found in, in the words of that analysis: `infrastructure/aws-shop#default` for a Terraform root.
  source text not null,
  last_seen timestamptz(3) not null,
  primary key (namespace, scope, fingerprint),
  foreign key (namespace, fingerprint) references roadbed.finding (namespace, fingerprint) on delete cascade
);
create index finding_sighting_fingerprint on roadbed.finding_sighting (namespace, fingerprint);

-- Holds through the day `until`. Never deleted: who accepted what, and why, is asked years later.
create table roadbed.finding_waiver (
  id uuid primary key,
  namespace text collate "C" not null,
  fingerprint text collate "C" not null,
  reason text not null,
  until date not null,
  created_at timestamptz(3) not null,
  created_by text not null,
  ended_at timestamptz(3),
  -- Who withdrew it; null where it ran out or another one took its place.
  ended_by text,
  foreign key (namespace, fingerprint) references roadbed.finding (namespace, fingerprint) on delete cascade
);
create unique index finding_waiver_current on roadbed.finding_waiver (namespace, fingerprint) where ended_at is null;

-- A name under which serials are pushed. `repository` is empty where its code is not known.
create table roadbed.terraform_state (
  id bigint generated always as identity primary key,
  namespace text collate "C" not null,
  repository text collate "C" not null,
  root text collate "C" not null,
  workspace text collate "C" not null,
  -- What the last finished analysis looked at; anything else is pending.
  analysed text,
  unique (namespace, repository, root, workspace)
);

-- What was pushed, in the order of arrival: never the state itself, but what is left of it after redaction.
create table roadbed.terraform_serial (
  state bigint not null references roadbed.terraform_state (id) on delete cascade,
  number integer not null check (number > 0),
  serial bigint not null,
  lineage text not null,
  terraform_version text,
  -- Keyed hash of the bytes as they came: tells the same state pushed twice.
  content bytea not null,
  commit text,
  pushed_at timestamptz(3) not null,
  pushed_by text not null,
  resources integer not null,
  -- Compressed; null where it is older than the serials that are kept, the row stays for the history.
  document bytea,
  document_version integer not null,
  -- Against the serial before: null until analysed.
  changes json,
  -- Estimate of the state: null until analysed, and where nothing in it has a price.
  cost_monthly numeric,
  cost_currency text,
  -- How much of it has a price, by component, and why not the rest.
  cost json,
  primary key (state, number)
);

-- Comparisons with what comes from outside (a refresh plan, an inventory): what was seen, when, by whom.
create table roadbed.terraform_comparison (
  state bigint not null references roadbed.terraform_state (id) on delete cascade,
  kind text not null check (kind in ('refresh', 'inventory')),
  received_at timestamptz(3) not null,
  received_by text not null,
  summary json not null,
  primary key (state, kind)
);

-- What the rules over all states looked at last.
create table roadbed.terraform_estate (
  single boolean primary key default true check (single),
  analysed text,
  analysed_at timestamptz(3),
  coverage json
);
insert into roadbed.terraform_estate default values;
