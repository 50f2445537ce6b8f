// API keys: what each may do, and until when.

import type {ApiKey} from '../api/types.ts';
import {Act} from '../ui/act.tsx';
import {Chips, Head} from '../ui/blocks.tsx';
import {usePages} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, None, Pill} from '../ui/values.tsx';

export function KeyList() {
  const pages = usePages<ApiKey>('/v1/api-keys');
  const columns: Column<ApiKey>[] = [
    {title: 'Key', cell: row => <strong class="break">{row.name}</strong>},
    {title: 'State', cell: row => <Pill token={stateOf(row)} />},
    {title: 'Begins with', cell: row => <code>{row.hint}…</code>},
    {title: 'Id', cell: row => <span class="id">{row.id}</span>, rank: 3},
    {title: 'Scopes', cell: row => <Chips items={row.scopes} />, rank: 2},
    {title: 'Last used', end: true, cell: row => row.last_used_at ? <Age at={row.last_used_at} /> : <None>never</None>, rank: 2},
    {title: 'Ends', end: true, cell: row => row.expires_at ? <Age at={row.expires_at} /> : <None>never</None>},
    {title: 'Made', end: true, cell: row => <Age at={row.created_at} />, rank: 2},
    {title: 'Revoke', end: true, cell: row => row.revoked_at ? <None /> : <Act label="Revoke" scope="admin" method="DELETE" danger
      path={`/v1/api-keys/${row.id}`} done="The key was revoked" onDone={pages.reload}
      question={`Calls with “${row.name}” are refused from now on, and sessions that were opened with this key end.`} />},
  ];
  return (
    <>
      <Head title="API keys" tab="API keys" />
      <List caption="API keys" pages={pages} columns={columns} keyOf={row => row.id}
        empty={<Empty title="There is no API key." command="settled keys create NAME --scopes payments:read">
          Clients of the API need one.</Empty>} />
    </>
  );
}

function stateOf(key: ApiKey): string {
  if (key.revoked_at) return 'revoked';
  return key.expires_at && Date.parse(key.expires_at) < Date.now() ? 'expired' : 'active';
}
