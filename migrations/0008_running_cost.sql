-- What environments cost, by day: added up slot after slot of five minutes. Kept for 25 months (760 days).

-- A slot that somebody recorded. One that is not here was recorded by nobody: a gap, not a zero.
create table roadbed.running_cost_slot (
  slot timestamptz(0) primary key,
  seen_at timestamptz(3) not null
);

-- Sums of rates and not of shares of an hour, which are no finite decimals: a day's amount is the sum divided by twelve.
create table roadbed.running_cost_day (
  day date not null,
  namespace text collate "C" not null,
  service text collate "C" not null,
  environment text collate "C" not null,
  category text collate "C" not null,
  currency text collate "C" not null,
  -- Sum of the hourly rates of its slots; null where it never had an amount.
  hourly_sum numeric check (hourly_sum >= 0),
  slots integer not null check (slots > 0),
  -- Of those, the ones in which a part had no amount.
  incomplete_slots integer not null check (incomplete_slots between 0 and slots),
  estimated boolean not null,
  primary key (day, namespace, service, environment, category, currency)
) with (fillfactor = 70);

-- Requests that were answered, for cost per request: samples themselves are kept for a day only.
create table roadbed.running_cost_requests (
  day date not null,
  service text collate "C" not null,
  environment text collate "C" not null,
  requests bigint not null,
  primary key (day, service, environment)
) with (fillfactor = 70);

-- What was seen last, with its evidence: one row a team.
create table roadbed.running_cost_current (
  namespace text collate "C" primary key,
  seen_at timestamptz(3) not null,
  lines json not null
);

create table roadbed.running_cost_state (
  single boolean primary key default true check (single),
  seen_at timestamptz(3),
  -- Samples before this are counted.
  requests_until timestamptz(0)
);
insert into roadbed.running_cost_state default values;
