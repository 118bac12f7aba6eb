/** Savings that were found and nobody took yet, the largest first. */
import { Link } from '@tanstack/react-router';
import type { CostPage } from '../../../src/api/contract/cost-page.ts';
import { money } from '../data/wording.ts';
import { Empty } from '../ui/empty.tsx';
import { Panel } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';

export function CostSavings({ savings }: { savings: CostPage['savings'] }) {
  if (savings.largest.length === 0) {
    const [title, text] = savings.count === 0 ? ['No savings are known', 'They are found in Terraform states. Push one from CI after every apply, or look at one on your machine.'] : ['None of the open findings has a price', 'What they would save is not known; the findings say why.'];
    return <Panel flush><Empty kind="not-connected" title={title} text={text} command="roadbed state ." /></Panel>;
  }
  return (
    <Table caption="Savings" columns={[{ label: 'What' }, { label: 'Where' }, { label: 'A month', number: true }, { label: 'Amount is' }, { label: 'Price of' }]}>
      {savings.largest.map((saving) => (
        <tr key={`${saving.namespace}${saving.fingerprint}`}>
          <td>
            <Link to="/findings" search={{ finding: `${saving.namespace}/${saving.fingerprint}`, order: 'saving' }} className={table.main} data-row-link="">{saving.title}</Link>
            <span className={table.sub}>{saving.name}</span>
          </td>
          <td>{saving.source}<span className={table.sub}>{saving.namespace}</span></td>
          <td className={table.number}>{money(saving.monthly, saving.currency)}</td>
          <td className={table.tight}>{saving.confidence}</td>
          <td className={table.tight}>{saving.priceDate}</td>
        </tr>
      ))}
    </Table>
  );
}
