/** The receipt: measurements, the return step by step, the audit rows, the chain of events, the delivery metrics. */
import { Tabs } from '@base-ui/react/tabs';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Attempt } from '../../../src/domain/kinds/rollout.ts';
import type { Receipt } from '../../../src/api/contract/rollout-page.ts';
import type { HoldSummary } from '../../../src/api/contract/shapes.ts';
import { receipt } from '../data/reads.ts';
import { count } from '../data/wording.ts';
import { CopyCli } from '../ui/copy.tsx';
import { Panel, Section } from '../ui/page.tsx';
import { ReceiptEvents } from './receipt-events.tsx';
import { Measurements } from './receipt-measurements.tsx';
import { DeliveryMetricsView } from './receipt-metrics.tsx';
import { ReturnSteps } from './receipt-return.tsx';
import { AuditRows } from './audit-rows.tsx';
import styles from './receipt.module.css';

const route = getRouteApi('/rollouts/$namespace/$name');

export function ReceiptView({ attempt, namespace, name, lifted }: { attempt: Attempt; namespace: string; name: string; lifted: HoldSummary[] }) {
  const query = useQuery(receipt(namespace, name, attempt.number));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const data = query.data;
  const [metric, setMetric] = useState<string>();
  const measured = attempt.checks.reduce((sum, check) => sum + check.measurements.length, 0);
  const sheets: [string, string, ReactNode][] = [
    ['measurements', count(measured, 'measurement'), <Measurements key="m" attempt={attempt} />],
    ...(attempt.rollback === undefined ? [] : [['return', 'The return', <ReturnSteps key="r" attempt={attempt} lifted={lifted} />] as [string, string, ReactNode]]),
    ['audit', count(data?.audit.length ?? 0, 'log row'), <Ready key="a" data={data}>{(ready) => <AuditRows rows={ready.audit} />}</Ready>],
    ['events', count(data?.cdEvents.length ?? 0, 'CDEvent'), <Ready key="e" data={data}>{(ready) => <ReceiptEvents events={ready.cdEvents} />}</Ready>],
    ['metrics', 'Delivery metrics', <Ready key="d" data={data}>{(ready) => <DeliveryMetricsView metrics={ready.metrics} chosen={metric ?? ready.metrics.metrics[0]?.key} onChoose={setMetric} />}</Ready>],
  ];
  const chosen = sheets.find(([key]) => key === search.evidence)?.[0] ?? 'measurements';
  return (
    <Section id="receipt" title={attempt.finishedAt === undefined ? 'Evidence so far' : 'Receipt'} note={data === undefined ? 'Everything that the sentence above rests on' : <>Everything that the sentence above rests on, on chain <code>{data.chain.slice(0, 24)}</code></>} actions={<CopyCli command={`roadbed get rollout ${name} --namespace ${namespace} --json`} />}>
      <Panel flush>
        <Tabs.Root value={chosen} onValueChange={(evidence) => void navigate({ search: { evidence: String(evidence) }, replace: true, resetScroll: false })}>
          <Tabs.List className={styles.tabs} aria-label="Evidence">
            {sheets.map(([key, label]) => (
              <Tabs.Tab key={key} value={key} className={styles.tab}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {sheets.map(([key, , content]) => (
            <Tabs.Panel key={key} value={key} className={styles.sheet}>
              {content}
            </Tabs.Panel>
          ))}
        </Tabs.Root>
      </Panel>
    </Section>
  );
}

function Ready({ data, children }: { data: Receipt | undefined; children: (data: Receipt) => ReactNode }) {
  return data === undefined ? <p className={styles.wait}>Being gathered…</p> : children(data);
}
