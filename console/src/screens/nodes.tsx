// Nodes: the processes that share the store, and the store itself.

import type {Status} from '../api/types.ts';
import {bytes} from '../format/size.ts';
import {Chips, Facts, Head, Section} from '../ui/blocks.tsx';
import {useGet} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {Table, type Column} from '../ui/table.tsx';
import {Age, Pill, Time} from '../ui/values.tsx';

type Node = NonNullable<Status['nodes']>[number];

const columns: Column<Node>[] = [
  {title: 'Node', cell: row => <span class="num">{row.id}</span>},
  {title: 'State', cell: row => <Pill token={row.state} />},
  {title: 'Host', cell: row => <span class="break">{row.host}</span>},
  {title: 'Instance', cell: row => <span class="id break">{row.instance}</span>, rank: 2},
  {title: 'Roles', cell: row => <Chips items={row.roles} />},
  {title: 'Seen', end: true, cell: row => <Age at={row.seen_at} />},
  {title: 'Lease until', end: true, cell: row => <Age at={row.lease_until} />},
  {title: 'Started', end: true, cell: row => <Age at={row.started_at} />},
];

export function NodeList() {
  const loaded = useGet<Status>('/v1/status', {}, 10);
  return (
    <>
      <Head title="Nodes" tab="Nodes" />
      <Ready of={loaded}>
        {status => status.nodes ? (
          <>
            {status.store ? <Section title="Store"><Facts facts={[
              ['engine', status.store.engine],
              ['takes changes', status.store.can_commit ? <Pill token="ok" label="yes" /> : <Pill token="failing" label={status.store.reason} />],
              status.store.bytes ? ['size', bytes(status.store.bytes)] : null,
              status.store.free_bytes ? ['free', bytes(status.store.free_bytes)] : null,
              ['last backup', <Age at={status.store.last_backup_at} />],
              ['version', status.version],
              ['as of', <Time at={status.as_of} />],
            ]} /></Section> : null}
            {status.nodes.length > 0 ? <Table caption="Nodes" rows={status.nodes} columns={columns} keyOf={row => String(row.id)} />
              : <Empty title="This server is the only node.">With PostgreSQL several nodes share the work.</Empty>}
          </>
        ) : <Empty title="Only administrators of the tenant main may see the nodes." />}
      </Ready>
    </>
  );
}
