// Changes: who did what, and why.

import {Filters, Head, Word} from '../ui/blocks.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {usePages} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Id, Text} from '../ui/values.tsx';

interface Change {
  id: string;
  at: string;
  actor: string;
  action: string;
  subject: string;
  reason: string;
  request_id: string;
}

const columns: Column<Change>[] = [
  {title: 'Action', cell: row => <strong class="nowrap">{row.action}</strong>},
  {title: 'By', cell: row => <span class="id">{row.actor}</span>},
  {title: 'Subject', cell: row => <Id id={row.subject} />},
  {title: 'Reason', cell: row => <Text>{row.reason}</Text>},
  {title: 'Request', cell: row => <span class="id">{row.request_id}</span>, rank: 3},
  {title: 'At', end: true, cell: row => <Age at={row.at} />},
];

export function ChangeList() {
  const filters = useFilters(['actor', 'subject']);
  const pages = usePages<Change>('/v1/changes', filters);
  return (
    <>
      <Head title="Changes" tab="Changes" />
      <Filters>
        <Word name="actor" label="By" placeholder="key_…, os:jo" />
        <Word name="subject" label="Subject" placeholder="an id" />
      </Filters>
      <List caption="Changes" pages={pages} columns={columns} keyOf={row => row.id}
        empty={isFiltered(filters) ? <Empty title="No change matches these filters.">Change the filters above.</Empty>
          : <Empty title="No changes yet.">Sign-ins, reveals, decisions and changes of settings are listed here.</Empty>} />
    </>
  );
}
