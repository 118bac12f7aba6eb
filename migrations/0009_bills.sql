-- Bills of providers: one import a file, its charges as evidence, and sums by day for questions.
-- Charges are narrow (some 130 bytes): what repeats from hour to hour stands once in bill_item, and columns that
-- differ in nearly every row (a line number, a quantity) stand with the row, in the order of own_columns.
create table roadbed.bill_import (
  id integer generated always as identity primary key,
  namespace text not null default '',
  file text not null,
  sha256 text not null,
  bytes bigint not null,
  format text not null,
  delivery text not null,
  focus_version text not null,
  columns text[] not null,
  own_columns text[] not null,
  rows integer not null,
  totals jsonb not null,
  warnings jsonb not null,
  first_day date,
  last_day date,
  repeated_rows integer not null,
  already_there integer not null,
  imported_by text not null,
  imported_at timestamptz not null default now()
);
create index bill_import_sha256 on roadbed.bill_import (sha256);

-- Billing account and billing period: what a new delivery replaces as a whole.
create table roadbed.bill_slice (
  import integer not null references roadbed.bill_import (id) on delete cascade,
  number smallint not null,
  provider text not null,
  billing_account text not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  rows integer not null,
  replaced_by integer,
  primary key (import, number)
);
create index bill_slice_place on roadbed.bill_slice (provider, billing_account, period_start) where replaced_by is null;

-- What a cost can be given to somebody by. The id is made of the content.
create table roadbed.bill_subject (
  import integer not null references roadbed.bill_import (id) on delete cascade,
  id uuid not null,
  subject jsonb not null,
  primary key (import, id)
);

-- All other columns of a charge, without the amounts and the time.
create table roadbed.bill_item (
  import integer not null references roadbed.bill_import (id) on delete cascade,
  id uuid not null,
  subject uuid not null,
  category text not null,
  currency text not null,
  detail jsonb not null,
  primary key (import, id)
);

create table roadbed.bill_charge (
  import integer not null,
  "row" integer not null,
  slice smallint not null,
  item uuid not null,
  starts timestamptz not null,
  ends timestamptz not null,
  billed numeric not null,
  effective numeric,
  list numeric,
  contracted numeric,
  own text[]
);
create index bill_charge_import on roadbed.bill_charge (import, slice);

create table roadbed.bill_day (
  import integer not null references roadbed.bill_import (id) on delete cascade,
  slice smallint not null,
  day date not null,
  subject uuid not null,
  category text not null,
  currency text not null,
  billed numeric not null,
  effective numeric,
  list numeric,
  contracted numeric,
  rows integer not null
);
create index bill_day_import on roadbed.bill_day (import, day);
create index bill_day_day on roadbed.bill_day (day);

create table roadbed.bill_allocation (
  version integer generated always as identity primary key,
  text text not null,
  set_by text not null,
  set_at timestamptz not null default now()
);
