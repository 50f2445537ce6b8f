// Endpoints: the partners' URLs, how they fare, and what is owed to them.

import {useState} from 'preact/hooks';
import type {Delivery, Endpoint} from '../api/types.ts';
import {base} from '../app/router.ts';
import {span} from '../format/time.ts';
import {words} from '../format/words.ts';
import {Chips, Facts, Head, Section} from '../ui/blocks.tsx';
import {EndpointActions} from '../ui/endpoint_actions.tsx';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {PortalLinks} from '../ui/portal_links.tsx';
import {Recover} from '../ui/recover.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, None, Pill, Time} from '../ui/values.tsx';
import {deliveryColumns} from './deliveries.tsx';

const columns: Column<Endpoint>[] = [
  {title: 'Endpoint', cell: row => <strong class="break">{row.url}</strong>},
  {title: 'Status', cell: row => <Health endpoint={row} />},
  {title: 'Events', cell: row => <Chips items={row.events.length > 3 ? [...row.events.slice(0, 3), `${row.events.length - 3} more`] : row.events} />,
    rank: 3},
  {title: 'Format', cell: row => row.format, rank: 3},
  {title: 'Last success', end: true, cell: row => <Age at={row.health.last_success_at} />},
  {title: 'Added', end: true, cell: row => <Age at={row.created_at} />, rank: 2},
];

/** Of an active endpoint its health, of others the status. */
function Health({endpoint}: {endpoint: Endpoint}) {
  return <Pill token={endpoint.status === 'active' && endpoint.health.state !== 'ok' ? endpoint.health.state : endpoint.status} />;
}

export function EndpointList() {
  const pages = usePages<Endpoint>('/v1/endpoints');
  return (
    <>
      <Head title="Endpoints" tab="Endpoints" />
      <List caption="Endpoints" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/endpoints/${row.id}`}
        empty={<Empty title="No endpoint is registered yet." command="settled endpoints add https://partner.example/hooks">
          An endpoint is a partner's URL and the events that are sent there.</Empty>} />
    </>
  );
}

export function EndpointItem({id}: {id: string}) {
  const loaded = useGet<Endpoint>(`/v1/endpoints/${id}`);
  const waiting = usePages<Delivery>('/v1/deliveries', {endpoint: id, status: 'queued'}, 10);
  const dead = usePages<Delivery>('/v1/deliveries', {endpoint: id, status: 'dead'}, 10);
  const [version, setVersion] = useState(0);
  const done = () => { loaded.reload(); waiting.reload(); dead.reload(); setVersion(version + 1); };
  return (
    <Ready of={loaded}>
      {endpoint => (
        <>
          <Head tab={endpoint.url} above={<a href={`${base}/endpoints`}>Endpoints</a>} status={<Health endpoint={endpoint} />}
            title={<span class="break">{endpoint.url}</span>}><EndpointActions endpoint={endpoint} onDone={done} /></Head>
          {endpoint.health.failing_since ? <p class="lead">Deliveries to this endpoint have failed since <Time at={endpoint.health.failing_since} />.{' '}
            {endpoint.health.next_probe_at ? <>The next probe is due <Age at={endpoint.health.next_probe_at} />.</> : null}</p> : null}
          {endpoint.status === 'paused' ? <p class="lead">Paused: deliveries wait until the endpoint is resumed.</p> : null}
          {endpoint.missed_since ? <p class="lead">{endpoint.status === 'disabled'
            ? <>Disabled since <Time at={endpoint.missed_since} />: events from then on are not delivered here.</>
            : <>This endpoint was disabled at <Time at={endpoint.missed_since} />. Deliver again what it missed until it was enabled.</>}</p> : null}
          <div class="columns">
            <div>
              <Section title="Backlog" flush>
                <List caption="Waiting deliveries" pages={waiting} columns={deliveryColumns} keyOf={row => row.id}
                  pathOf={row => `/deliveries/${row.id}`} empty={<Empty title="No delivery is waiting." />} />
              </Section>
              <Section title="Dead deliveries" flush actions={<Recover endpoint={endpoint} onDone={done} />}>
                <List caption="Dead deliveries" pages={dead} columns={deliveryColumns} keyOf={row => row.id}
                  pathOf={row => `/deliveries/${row.id}`} empty={<Empty title="No delivery is dead." />} />
              </Section>
              <History id={endpoint.id} version={version} />
            </div>
            <div>
              <Section title="Endpoint"><EndpointFacts endpoint={endpoint} /></Section>
              <PortalLinks endpointId={endpoint.id} />
            </div>
          </div>
        </>
      )}
    </Ready>
  );
}

function EndpointFacts({endpoint}: {endpoint: Endpoint}) {
  const auth = Array.isArray(endpoint.auth) ? endpoint.auth : [endpoint.auth];
  const {interval_seconds: interval, batch, next_at: next} = endpoint.schedule;
  return (
    <Facts facts={[
      ['id', <><span class="id">{endpoint.id}</span><Copy text={endpoint.id} label="the id" /></>],
      ['events', <Chips items={endpoint.events} />],
      ['format', endpoint.format],
      ['proof', auth.map(one => words(one.type)).join(', ')],
      endpoint.key_id ? ['key', <code class="break">{endpoint.key_id}</code>] : null,
      ['schedule', interval ? `every ${span(interval)}${batch ? ', as one batch' : ''}` : 'at once'],
      next ? ['sent next', <Time at={next} />] : null,
      ['order', endpoint.order ? `by ${endpoint.order}` : <None>none</None>],
      ['rate', endpoint.rate_per_second ? `${endpoint.rate_per_second} a second` : <None>no limit of its own</None>],
      ['at a time', endpoint.concurrency ?? <None>no limit of its own</None>],
      ['last success', <Age at={endpoint.health.last_success_at} />],
      ['added', <Time at={endpoint.created_at} />],
    ]} />
  );
}
