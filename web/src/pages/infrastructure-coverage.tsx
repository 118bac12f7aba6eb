/** How much of the code was understood, and why not the rest: nothing is left out in silence. */
import type { RootSummary } from '../../../src/api/contract/infrastructure-page.ts';
import { count, duration } from '../data/wording.ts';
import { Evidence } from '../ui/evidence.tsx';
import { Facts } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './infrastructure.module.css';

function share(part: number, whole: number): string {
  return `${part.toLocaleString('en')} of ${whole.toLocaleString('en')}`;
}

function facts({ coverage, took }: RootSummary): [string, string][] {
  return [
    ['Files', `${coverage.files}${coverage.unreadableFiles === 0 ? '' : `, ${coverage.unreadableFiles} unreadable`}`],
    ['Blocks', coverage.blocks.toLocaleString('en')],
    ['Resource blocks', `${share(coverage.resourceBlocksUnderstood, coverage.resourceBlocks)} understood`],
    ['Instances', coverage.instances.toLocaleString('en')],
    ['Modules not here', coverage.opaqueModules.toLocaleString('en')],
    ['Attributes', `${share(coverage.attributes - coverage.unknownAttributes, coverage.attributes)} known`],
    ['Read in', duration(took)],
  ];
}

/** The share of resource blocks that were understood; opens what it was counted from. */
export function coverageEvidence(name: string, summary: RootSummary) {
  const { resourceBlocks, resourceBlocksUnderstood, opaqueModules } = summary.coverage;
  return (
    <Evidence
      label={`Resource blocks of ${name} that are understood`}
      facts={facts(summary)}
      about="A block is understood when its attributes were evaluated. A module whose code is not in the repository is drawn as one part, with the inputs it is given."
      cli="roadbed docs . --format json"
    >
      {resourceBlocks === resourceBlocksUnderstood ? 'all' : share(resourceBlocksUnderstood, resourceBlocks)}
      {opaqueModules === 0 ? '' : `, ${count(opaqueModules, 'module')} not here`}
    </Evidence>
  );
}

export function CoverageSheet({ summary }: { summary: RootSummary }) {
  const { reasons } = summary.coverage;
  return (
    <div className={styles.sheet}>
      <Facts facts={facts(summary)} />
      {reasons.length === 0 ? (
        <p className={styles.quiet}>Every attribute has a value that the code alone tells.</p>
      ) : (
        <>
          <p className={styles.quiet}>Values that the code alone does not tell, by reason. They are shown as unknown, never guessed.</p>
          <Table bare caption="Why attributes are unknown" columns={[{ label: 'Reason' }, { label: 'Attributes', number: true }, { label: 'For example' }]}>
            {reasons.map((reason) => (
              <tr key={reason.reason}>
                <td>{reason.reason}</td>
                <td className={table.number}>{reason.count.toLocaleString('en')}</td>
                <td>{reason.example === undefined ? <span className={table.soft}>–</span> : <code>{reason.example}</code>}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </div>
  );
}
