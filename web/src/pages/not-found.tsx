/** An address that leads nowhere. */
import { Empty } from '../ui/empty.tsx';
import { PageHead } from '../ui/page.tsx';

export function NotFound() {
  return (
    <>
      <PageHead crumbs={[{ label: 'Home', to: '/' }]} title="There is nothing at this address" />
      <Empty kind="not-connected" title="The page does not exist" text="The link may be old, or the address was mistyped." action={{ label: 'Go home', to: '/' }} />
    </>
  );
}
