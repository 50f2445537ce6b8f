// Links: loan accounts and the virtual accounts that their money arrives on.

import {useState} from 'preact/hooks';
import type {Link} from '../api/types.ts';
import {base} from '../app/router.ts';
import {Facts, Head, Section} from '../ui/blocks.tsx';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Json} from '../ui/raw.tsx';
import {Reveal} from '../ui/reveal.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Account, Age, Copy, Pill, Text, Time} from '../ui/values.tsx';
import {Calls} from './orders.tsx';

const columns: Column<Link>[] = [
  {title: 'Loan', cell: row => <strong class="break">{row.loan_account_id}</strong>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Account', cell: row => <Account party={row} />},
  {title: 'Owner', cell: row => <Text>{row.owner_name}</Text>, rank: 2},
  {title: 'Core banking', cell: row => <Text>{row.core_banking}</Text>, rank: 2},
  {title: 'Connector', cell: row => <Text>{row.connector}</Text>, rank: 3},
  {title: 'Made', end: true, cell: row => <Age at={row.created_at} />},
];

export function LinkList() {
  const pages = usePages<Link>('/v1/links');
  return (
    <>
      <Head title="Links" tab="Links" />
      <List caption="Links" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/links/${row.id}`}
        empty={<Empty title="No loan is linked yet." command="settled trigger link">
          A link opens a virtual account for a loan: POST /v1/links.</Empty>} />
    </>
  );
}

export function LinkItem({id}: {id: string}) {
  const loaded = useGet<Link>(`/v1/links/${encodeURIComponent(id)}`);
  const [revealed, setRevealed] = useState<Link>();
  return (
    <Ready of={loaded}>
      {link => (
        <>
          <Head tab={link.loan_account_id} above={<a href={`${base}/links`}>Links</a>} status={<Pill token={link.status} />}
            title={<span class="break">{link.loan_account_id}</span>} />
          <div class="columns">
            <div>
              <History id={link.id} />
              <Section title="Calls to the bank" flush><Calls calls={link.calls ?? []} /></Section>
              {link.errors.length > 0 ? <Section title="The bank's errors"><Json value={link.errors} /></Section> : null}
            </div>
            <div>
              <Section title="Link" actions={<Reveal subject={link.id} onShown={object => setRevealed(object as unknown as Link)} />}><Facts facts={[
                ['id', <><span class="id">{link.id}</span><Copy text={link.id} label="the id" /></>],
                ['client id', <Text>{link.client_id}</Text>],
                ['account', <Account party={revealed ?? link} />],
                ["bank's account id", <Text>{link.virtual_account_id}</Text>],
                ['owner', <Text>{(revealed ?? link).owner_name}</Text>],
                ['connector', <Text>{link.connector}</Text>],
                ['core banking', <Text>{link.core_banking}</Text>],
                ['made', <Time at={link.created_at} />],
                ['changed', <Time at={link.updated_at} />],
              ]} /></Section>
            </div>
          </div>
        </>
      )}
    </Ready>
  );
}
