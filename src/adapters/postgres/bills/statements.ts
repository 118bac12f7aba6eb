/** The statements of an import that are longer than a line. */

/** $1: the import. A charge counts on the UTC day on which it starts. */
export const daysSql = `insert into roadbed.bill_day (import, slice, day, subject, category, currency, billed, effective, list, contracted, rows)
  select $1, c.slice, (c.starts at time zone 'UTC')::date, i.subject, i.category, i.currency, sum(c.billed), sum(c.effective), sum(c.list), sum(c.contracted), count(*)
  from roadbed.bill_charge c join roadbed.bill_item i on i.import = c.import and i.id = c.item
  where c.import = $1 group by 2, 3, 4, 5, 6`;

/** $1: the import. Rows that are equal in every column to one before them. */
export const repeatedSql = `select coalesce(sum(n - 1), 0)::text as repeated from (
    select count(*) as n from roadbed.bill_charge where import = $1 group by slice, item, starts, ends, billed, effective, list, contracted, own having count(*) > 1
  ) repeated`;

/** All that a row says, in one text; which columns were stored with the row makes no difference. */
const CONTENT = `concat_ws('|', s.period_start, i.subject, i.category, i.currency, c.starts, c.ends, trim_scale(c.billed), coalesce(trim_scale(c.effective)::text, ''), coalesce(trim_scale(c.list)::text, ''), coalesce(trim_scale(c.contracted)::text, ''),
    md5((i.detail || coalesce(jsonb_strip_nulls(jsonb_object(m.own_columns, c.own)), '{}'))::text))`;

/** $1: the import; $2, $3: import and number of the earlier slices. Deletes as many rows of the import as are there already. */
export const contentSql = `with earlier as (
    select ${CONTENT} as content, count(*) as there
    from unnest($2::integer[], $3::smallint[]) as e (import, slice)
    join roadbed.bill_slice s on s.import = e.import and s.number = e.slice
    join roadbed.bill_import m on m.id = e.import
    join roadbed.bill_charge c on c.import = e.import and c.slice = e.slice
    join roadbed.bill_item i on i.import = c.import and i.id = c.item
    group by 1
  ), fresh as (
    select c."row", ${CONTENT.replace('s.period_start', 'n.period_start')} as content
    from roadbed.bill_charge c
    join roadbed.bill_import m on m.id = c.import
    join roadbed.bill_item i on i.import = c.import and i.id = c.item
    join unnest($4::smallint[], $5::timestamptz[]) as n (number, period_start) on n.number = c.slice
    where c.import = $1
  ), numbered as (
    select "row", content, row_number() over (partition by content order by "row") as place from fresh
  )
  delete from roadbed.bill_charge c using numbered f, earlier e
  where c.import = $1 and c."row" = f."row" and f.content = e.content and f.place <= e.there`;
