// Notifications: what platforms reported, the content that was fetched, and which subsystems have it.

import {useState} from 'preact/hooks';
import type {Notification} from '../api/types.ts';
import {base} from '../app/router.ts';
import {words} from '../format/words.ts';
import {Act} from '../ui/act.tsx';
import {Choice, Facts, Filters, Head, Section, Word} from '../ui/blocks.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Json} from '../ui/raw.tsx';
import {Reveal} from '../ui/reveal.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, Table, type Column} from '../ui/table.tsx';
import {Age, Copy, Id, Pill, Text, Time} from '../ui/values.tsx';

const columns: Column<Notification>[] = [
  {title: 'Object', cell: row => <strong class="break">{row.platform_id || row.id}</strong>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Type', cell: row => <Text>{row.notification_type}</Text>},
  {title: 'Content', cell: row => <Pill token={row.content_state} />, rank: 2},
  {title: 'Connector', cell: row => <Text>{row.connector}</Text>, rank: 3},
  {title: 'Times', end: true, cell: row => row.received_count, rank: 3},
  {title: 'Received', end: true, cell: row => <Age at={row.received_at} />},
];

export function NotificationList() {
  const filters = useFilters(['status', 'connector']);
  const pages = usePages<Notification>('/v1/notifications', filters);
  return (
    <>
      <Head title="Notifications" tab="Notifications" />
      <Filters>
        <Choice name="status" label="Status" options={['queued', 'complete', 'failed']} />
        <Word name="connector" label="Connector" />
      </Filters>
      <List caption="Notifications" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/notifications/${row.id}`}
        empty={isFiltered(filters) ? <Empty title="No notification matches these filters.">Change the filters above.</Empty> : (
          <Empty title="No notification has arrived yet." command="settled trigger notification">
            Notifications arrive at the webhook address of a clearmatch connector.</Empty>
        )} />
    </>
  );
}

export function NotificationItem({id}: {id: string}) {
  const loaded = useGet<Notification>(`/v1/notifications/${id}`);
  const [version, setVersion] = useState(0);
  const [revealed, setRevealed] = useState<Notification>();
  return (
    <Ready of={loaded}>
      {one => (
        <>
          <Head tab={one.platform_id} above={<a href={`${base}/notifications`}>Notifications</a>} status={<Pill token={one.status} />}
            title={<span class="break">{one.platform_id} <span class="head-name">{one.notification_type}</span></span>}>
            {one.status === 'failed' ? <Act label="Try again" scope="notifications:write" path={`/v1/notifications/${id}/retry`}
              done="The notification is tried again" onDone={() => { loaded.reload(); setVersion(version + 1); }} /> : null}
          </Head>
          {one.failure ? <p class="lead">settled gave up fetching the content: {words(one.failure)}.</p> : null}
          <div class="columns">
            <div>
              <History id={one.event_id ?? one.webhook_id} version={version} />
              <Section title="Message" actions={<Reveal subject={one.id}
                onShown={object => setRevealed(object as unknown as Notification)} />}><Json value={(revealed ?? one).message ?? {}} /></Section>
              {one.content ? <Section title="Content"><Json value={(revealed ?? one).content} /></Section> : null}
            </div>
            <div>
              <Section title="Notification"><Facts facts={[
                ['id', <><span class="id">{one.id}</span><Copy text={one.id} label="the id" /></>],
                ['connector', <Text>{one.connector}</Text>],
                ['content', <Pill token={one.content_state} />],
                ['webhook', <Id id={one.webhook_id} />],
                ['came', one.received_count === 1 ? 'once' : `${one.received_count} times`],
                ['received', <Time at={one.received_at} />],
              ]} /></Section>
              <Section title="Subsystems" flush><Subsystems of={one.subsystems ?? []} /></Section>
            </div>
          </div>
        </>
      )}
    </Ready>
  );
}

type Subsystem = NonNullable<Notification['subsystems']>[number];

const subsystemColumns: Column<Subsystem>[] = [
  {title: 'Delivery', cell: row => <span class="id">{row.delivery_id}</span>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Endpoint', cell: row => <Id id={row.endpoint_id} short />},
];

function Subsystems({of}: {of: readonly Subsystem[]}) {
  if (of.length === 0) return <Empty title="No endpoint wants it." />;
  return <Table caption="Subsystems" rows={of} columns={subsystemColumns} keyOf={row => row.delivery_id}
    pathOf={row => `/deliveries/${row.delivery_id}`} />;
}
