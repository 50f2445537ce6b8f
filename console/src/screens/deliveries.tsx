// Deliveries: one event for one endpoint each, with every attempt.

import {useState} from 'preact/hooks';
import type {Delivery, SettledEvent} from '../api/types.ts';
import {base} from '../app/router.ts';
import {count} from '../format/words.ts';
import {Act} from '../ui/act.tsx';
import {Attempts} from '../ui/attempts.tsx';
import {Choice, Facts, Filters, Head, Section, Word} from '../ui/blocks.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {RawEvent} from '../ui/messages.tsx';
import {Outcome} from '../ui/raw.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, Id, Pill, Time} from '../ui/values.tsx';

const statuses = ['queued', 'done', 'dead', 'cancelled'];

export const deliveryColumns: Column<Delivery>[] = [
  {title: 'Delivery', cell: row => <span class="id">{row.id}</span>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Event', cell: row => <Id id={row.event_id} short />, rank: 2},
  {title: 'Endpoint', cell: row => <Id id={row.endpoint_id} short />, rank: 2},
  {title: 'Attempts', end: true, cell: row => <span class="num">{row.attempts_made}</span>},
  {title: 'Last outcome', cell: row => <Outcome outcome={row.outcome} />},
  {title: 'Due', end: true, cell: row => <Age at={row.due_at} />, rank: 3},
  {title: 'Changed', end: true, cell: row => <Age at={row.updated_at} />},
];

export function DeliveryList() {
  const filters = useFilters(['status', 'endpoint', 'event']);
  const pages = usePages<Delivery>('/v1/deliveries', filters);
  return (
    <>
      <Head title="Deliveries" tab="Deliveries" />
      <Filters>
        <Choice name="status" label="Status" options={statuses} />
        <Word name="endpoint" label="Endpoint" placeholder="end_…" />
        <Word name="event" label="Event" placeholder="evt_…" />
      </Filters>
      <List caption="Deliveries" pages={pages} columns={deliveryColumns} keyOf={row => row.id} pathOf={row => `/deliveries/${row.id}`}
        empty={isFiltered(filters) ? <Empty title="No delivery matches these filters.">Change the filters above.</Empty> : (
          <Empty title="No deliveries yet." command="settled trigger ping">Each event makes one delivery for each endpoint
            that subscribes to it.</Empty>
        )} />
    </>
  );
}

export function DeliveryItem({id}: {id: string}) {
  const loaded = useGet<Delivery>(`/v1/deliveries/${id}`);
  const event = useGet<SettledEvent>(loaded.data && `/v1/events/${loaded.data.event_id}`);
  const [version, setVersion] = useState(0);
  return (
    <Ready of={loaded}>
      {delivery => (
        <>
          <Head tab={delivery.id} above={<a href={`${base}/deliveries`}>Deliveries</a>} status={<Pill token={delivery.status} />}
            title={event.data?.type ?? 'Delivery'}>
            <Act label="Deliver again" scope="events:write" path={`/v1/deliveries/${id}/redeliver`} primary
              done="The delivery is queued again, with the same id and bytes" onDone={() => { loaded.reload(); setVersion(version + 1); }} />
          </Head>
          <div class="columns">
            <div>
              <Section title="Attempts" note={count(delivery.attempts_made, 'attempt')}><Attempts of={delivery} /></Section>
              <Section title="Event"><RawEvent id={delivery.event_id} /></Section>
              <History id={delivery.id} version={version} />
            </div>
            <div>
              <Section title="Delivery"><Facts facts={[
                ['id', <><span class="id">{delivery.id}</span><Copy text={delivery.id} label="the id" /></>],
                ['event', <Id id={delivery.event_id} />],
                ['endpoint', <Id id={delivery.endpoint_id} />],
                delivery.due_at ? ['due', <Time at={delivery.due_at} />] : null,
                delivery.waits_for ? ['waits for', <Id id={delivery.waits_for} />] : null,
                ['made', <Time at={delivery.created_at} />],
                ['changed', <Time at={delivery.updated_at} />],
              ]} /></Section>
            </div>
          </div>
        </>
      )}
    </Ready>
  );
}
