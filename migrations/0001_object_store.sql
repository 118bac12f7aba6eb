-- The object store, its change feed and the event log.
--
-- Everything that is written goes through put_group, one group of requests at a time: the advisory lock is
-- its first statement and is held until the commit is visible, so that resource versions and event
-- sequences rise in commit order and a reader of "greater than N" misses nothing.

create sequence roadbed.resource_version start with 2;
create sequence roadbed.event_sequence;

-- Bodies are the JSON text as the API serves it, resourceVersion included: never taken apart in SQL.
create table roadbed.object (
  api_group text collate "C" not null,
  plural text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  version bigint not null,
  labels text,
  body text not null,
  primary key (api_group, plural, namespace, name)
) with (fillfactor = 80);

-- A transport for watches, short-lived. `previous` lets a selector watch tell "left the selection".
create table roadbed.change (
  version bigint primary key,
  changed_at timestamptz not null,
  type text not null check (type in ('ADDED', 'MODIFIED', 'DELETED')),
  api_group text collate "C" not null,
  plural text collate "C" not null,
  namespace text collate "C" not null,
  name text collate "C" not null,
  labels text,
  body text not null,
  previous_version bigint,
  previous_labels text,
  previous_body text
);

-- Changes up to here are pruned; a reader that stands before it has to load everything again.
create table roadbed.change_horizon (
  single boolean primary key default true check (single),
  version bigint not null
);
insert into roadbed.change_horizon (version) values (1);

-- The record, for ever: audit, receipts and metrics are views of it.
create table roadbed.event (
  sequence bigint primary key,
  id uuid not null unique,
  chain text not null,
  namespace text,
  actor_issuer text not null,
  actor_subject text not null,
  subject text not null,
  cause text,
  occurred_at timestamptz(3) not null,
  recorded_at timestamptz(3) not null,
  kind text not null,
  schema_version integer not null,
  body json not null
);
create index event_chain on roadbed.event (chain, sequence);
create index event_namespace on roadbed.event (namespace, occurred_at);
create index event_subject on roadbed.event (subject, occurred_at);

-- Applies a group. A request whose writes do not all hold is left out whole, with its events; the others of
-- the group are not touched by that, because a key stands at most once in a group (the caller sees to it).
-- Joins are forced onto the primary key: a plan made while the table was empty would stay cached.
create function roadbed.put_group(
  w_request integer[], w_action smallint[], w_group text[], w_plural text[], w_namespace text[], w_name text[],
  w_expected bigint[], w_head text[], w_tail text[], w_labels text[],
  e_request integer[], e_id uuid[], e_chain text[], e_namespace text[], e_issuer text[], e_actor text[], e_subject text[],
  e_cause text[], e_occurred timestamptz[], e_kind text[], e_schema integer[], e_body text[],
  out previous_version bigint, out previous_sequence bigint, out recorded timestamptz,
  out reasons text[], out versions bigint[], out sequences bigint[]
) language plpgsql volatile set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  lost integer[];
begin
  perform pg_advisory_xact_lock(1919902052, 1);
  recorded := date_trunc('milliseconds', clock_timestamp());
  select coalesce(max(c.version), (select h.version from roadbed.change_horizon h)) into previous_version from roadbed.change c;
  select coalesce(max(e.sequence), 0) into previous_sequence from roadbed.event e;

  reasons := array(
    select case
      when w.action = 0 and o.version is not null then 'exists'
      when w.action <> 0 and o.version is null then 'gone'
      when w.action <> 0 and o.version <> w.expected then 'conflict'
    end
    from unnest(w_action, w_group, w_plural, w_namespace, w_name, w_expected)
      with ordinality as w (action, api_group, plural, namespace, name, expected, position)
    left join roadbed.object o
      on o.api_group = w.api_group and o.plural = w.plural and o.namespace = w.namespace and o.name = w.name
    order by w.position);
  lost := array(
    select distinct r.request from unnest(w_request, reasons) as r (request, reason) where r.reason is not null);

  versions := array(
    select case when w.request = any (lost) then null else nextval('roadbed.resource_version') end
    from unnest(w_request) with ordinality as w (request, position) order by w.position);
  with accepted as materialized (
    select * from unnest(w_action, w_group, w_plural, w_namespace, w_name, w_labels, w_head, w_tail, versions)
      as w (action, api_group, plural, namespace, name, labels, head, tail, version)
    where w.version is not null
  ), added as (
    insert into roadbed.object (api_group, plural, namespace, name, version, labels, body)
    select w.api_group, w.plural, w.namespace, w.name, w.version, w.labels, w.head || w.version || w.tail
    from accepted w where w.action = 0
  ), modified as (
    update roadbed.object o set version = w.version, labels = w.labels, body = w.head || w.version || w.tail
    from accepted w where w.action = 1
      and o.api_group = w.api_group and o.plural = w.plural and o.namespace = w.namespace and o.name = w.name
  ), deleted as (
    delete from roadbed.object o using accepted w where w.action = 2
      and o.api_group = w.api_group and o.plural = w.plural and o.namespace = w.namespace and o.name = w.name
  )
  insert into roadbed.change (version, changed_at, type, api_group, plural, namespace, name, labels, body,
    previous_version, previous_labels, previous_body)
  select w.version, recorded, case w.action when 0 then 'ADDED' when 1 then 'MODIFIED' else 'DELETED' end,
    w.api_group, w.plural, w.namespace, w.name, w.labels, w.head || w.version || w.tail, o.version, o.labels, o.body
  from accepted w left join roadbed.object o
    on o.api_group = w.api_group and o.plural = w.plural and o.namespace = w.namespace and o.name = w.name;

  sequences := array(
    select case when e.request = any (lost) then null else nextval('roadbed.event_sequence') end
    from unnest(e_request) with ordinality as e (request, position) order by e.position);
  insert into roadbed.event (sequence, id, chain, namespace, actor_issuer, actor_subject, subject, cause,
    occurred_at, recorded_at, kind, schema_version, body)
  select e.sequence, e.id, e.chain, e.namespace, e.issuer, e.actor, e.subject, e.cause,
    coalesce(e.occurred, recorded), recorded, e.kind, e.schema, e.body::json
  from unnest(sequences, e_id, e_chain, e_namespace, e_issuer, e_actor, e_subject, e_cause, e_occurred, e_kind, e_schema, e_body)
    as e (sequence, id, chain, namespace, issuer, actor, subject, cause, occurred, kind, schema, body)
  where e.sequence is not null;

  if cardinality(array_remove(versions, null)) > 0 or cardinality(array_remove(sequences, null)) > 0 then
    perform pg_notify('roadbed', '');
  end if;
end $$;
