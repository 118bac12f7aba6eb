/** What stood out on the bill: which resource moved it, and what was changed just before. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { costAnomalies } from '../data/reads.ts';
import { count, dayWords, money } from '../data/wording.ts';
import { Empty } from '../ui/empty.tsx';
import { Panel, Section } from '../ui/page.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';

export function CostAnomalies() {
  const asked = useQuery(costAnomalies());
  if (asked.data === undefined) return null;
  const { anomalies, judged, noData, from, to } = asked.data;
  const span = from === undefined || to === undefined ? '' : `${dayWords(from)} to ${dayWords(to)}`;
  return (
    <Section title="What stood out" note={span === '' ? undefined : `${span}, against the usual for each weekday`}>
      {anomalies.length === 0 ? (
        <Panel flush>
          <Empty kind="not-connected" title={judged === 0 ? 'There is no verdict yet' : 'Nothing unusual was charged'} text={`${count(judged, 'series', 'series')} of teams, services and resources ${judged === 1 ? 'was' : 'were'} judged; ${noData} ${noData === 1 ? 'is' : 'are'} too short for a verdict.`} />
        </Panel>
      ) : (
        <Table caption="What stood out" columns={[{ label: 'Where' }, { label: 'When' }, { label: 'Charged', number: true }, { label: 'Usual', number: true }, { label: 'Moved by' }, { label: 'Changed before' }]}>
          {anomalies.map((one) => (
            <tr key={`${one.name}${one.from}`}>
              <td>
                <span className={table.main}>{one.providerService}</span>
                <span className={table.sub}>{one.resource ?? (one.team === '' ? 'unallocated' : one.team)}</span>
              </td>
              <td className={table.tight}>
                <State tone={one.kind === 'rise' ? 'warn' : 'idle'} plain>{one.kind === 'rise' ? 'Rise' : 'Drop'}</State>
                <span className={table.sub}>{one.from === one.to ? dayWords(one.from) : `${dayWords(one.from)} to ${dayWords(one.to)}`}</span>
              </td>
              <td className={table.number}>{money(one.actual, one.currency)}</td>
              <td className={table.number}>{money(one.expected, one.currency)}</td>
              <td>
                {one.contributors.slice(0, 2).map((part) => (
                  <span key={part.resource} className={table.sub} title={part.resource}>
                    {part.address ?? (part.resource.split('/').at(-1) || 'no resource')}: {part.isNew ? 'new, ' : `${money(part.before, one.currency)} before, `}{money(part.after, one.currency)} a day
                  </span>
                ))}
              </td>
              <td>
                {one.causes.length === 0 ? <span className={table.soft}>no change is known</span> : one.causes.slice(0, 2).map((cause) => <span key={cause.event} className={table.sub}>{cause.sentence}</span>)}
                {one.causes.length === 0 || one.team === '' ? null : <Link to="/audit" search={{ namespace: one.team }}>Log rows</Link>}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
