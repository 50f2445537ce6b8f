// Connectors: the systems outside, whether they send and whether they are called.

import {useState} from 'preact/hooks';
import type {Connector} from '../api/types.ts';
import {base} from '../app/router.ts';
import {Act} from '../ui/act.tsx';
import {Facts, Head, Section} from '../ui/blocks.tsx';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, Pill, Text, Time} from '../ui/values.tsx';

const columns: Column<Connector>[] = [
  {title: 'Connector', cell: row => <strong>{row.name}</strong>},
  {title: 'State', cell: row => <Pill token={stateOf(row)} />},
  {title: 'Kind', cell: row => row.kind},
  {title: 'Hook', cell: row => <code>{row.hook_path}</code>, rank: 2},
  {title: 'API', cell: row => <Text>{row.api_url}</Text>, rank: 3},
  {title: 'Added', end: true, cell: row => <Age at={row.created_at} />},
];

function stateOf(connector: Connector): string {
  if (connector.paused_by) return 'paused';
  if (connector.failing) return 'failing';
  return connector.paused_until ? 'throttled' : 'active';
}

export function ConnectorList() {
  const pages = usePages<Connector>('/v1/connectors');
  return (
    <>
      <Head title="Connectors" tab="Connectors" />
      <List caption="Connectors" pages={pages} columns={columns} keyOf={row => row.name} pathOf={row => `/connectors/${row.name}`}
        empty={<Empty title="No connector is configured." command="settled connectors add clearbank --kind clearbank">
          Without a connector no webhook is accepted and no order is paid.</Empty>} />
    </>
  );
}

export function ConnectorItem({id: name}: {id: string}) {
  const loaded = useGet<Connector>(`/v1/connectors/${encodeURIComponent(name)}`);
  const [version, setVersion] = useState(0);
  const done = () => { loaded.reload(); setVersion(version + 1); };
  return (
    <Ready of={loaded}>
      {connector => (
        <>
          <Head tab={connector.name} above={<a href={`${base}/connectors`}>Connectors</a>} title={connector.name}
            status={<Pill token={stateOf(connector)} />}>
            {connector.api_url ? <Act label="Test" scope="connectors:write" path={`/v1/connectors/${name}/test`}
              done="The test calls are queued" onDone={done} /> : null}
            {stateOf(connector) === 'active'
              ? <Act label="Pause" scope="connectors:write" path={`/v1/connectors/${name}/pause`} reason danger done="The connector is paused" onDone={done}
                question="No calls are sent to this connector until it is resumed. Its webhooks are still accepted, and orders wait." />
              : <Act label="Resume" scope="connectors:write" path={`/v1/connectors/${name}/resume`} primary done="The connector is resumed" onDone={done} />}
          </Head>
          {connector.pause_reason ? <p class="lead">{connector.pause_reason}{connector.paused_by ? <> · <span class="id">
            {connector.paused_by}</span></> : null}</p> : null}
          <div class="columns">
            <div><History id={connector.name} version={version} /></div>
            <div><Section title="Connector"><ConnectorFacts connector={connector} /></Section></div>
          </div>
        </>
      )}
    </Ready>
  );
}

function ConnectorFacts({connector}: {connector: Connector}) {
  const key = connector.signing_key;
  return (
    <Facts facts={[
      ['id', <><span class="id">{connector.id}</span><Copy text={connector.id} label="the id" /></>],
      ['kind', connector.kind],
      ['hook', <><code class="break">{connector.hook_path}</code><Copy text={location.origin + connector.hook_path} label="the hook's address" /></>],
      ['API', <Text>{connector.api_url}</Text>],
      connector.institution_account ? ['institution account', <Text>{connector.institution_account}</Text>] : null,
      connector.order_max ? ['largest order', connector.order_max] : null,
      connector.day_max ? ['largest total in a day', connector.day_max] : null,
      key ? ['signing key', <><span class="break">{key.uri}</span> <Pill token={key.custody} as="calm" /></>] : null,
      key?.fingerprint ? ['fingerprint', <code class="break">{key.fingerprint}</code>] : null,
      ['bodies kept', `${connector.retention_days} days`],
      connector.paused_until ? ['paused until', <Time at={connector.paused_until} />] : null,
      ['added', <Time at={connector.created_at} />],
    ]} />
  );
}
