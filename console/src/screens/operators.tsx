// Operators: the people who sign in with name, password and code.

import {Act} from '../ui/act.tsx';
import {Head} from '../ui/blocks.tsx';
import {usePages} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Command, Pill} from '../ui/values.tsx';

interface Operator {
  id: string;
  username: string;
  role: string;
  created_at: string;
}

export function OperatorList() {
  const pages = usePages<Operator>('/v1/operators');
  const columns: Column<Operator>[] = [
    {title: 'Operator', cell: row => <strong class="break">{row.username}</strong>},
    {title: 'Role', cell: row => <Pill token={row.role} as={row.role === 'admin' ? 'info' : 'calm'} />},
    {title: 'Id', cell: row => <span class="id">{row.id}</span>, rank: 2},
    {title: 'Added', end: true, cell: row => <Age at={row.created_at} />},
    {title: 'Remove', end: true, cell: row => <Act label="Remove" scope="admin" method="DELETE" danger path={`/v1/operators/${row.id}`}
      done="The operator was removed" question={`${row.username} is signed out everywhere and cannot sign in again.`} onDone={pages.reload} />},
  ];
  return (
    <>
      <Head title="Operators" tab="Operators"><Command>settled operators add NAME --role operator</Command></Head>
      <List caption="Operators" pages={pages} columns={columns} keyOf={row => row.id}
        empty={<Empty title="There is no operator." command="settled operators add NAME --role operator">
          A viewer reads, an operator decides and redelivers, an admin also changes keys, connectors and operators.</Empty>} />
    </>
  );
}
