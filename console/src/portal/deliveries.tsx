// The endpoint of the session, and its deliveries: each opens in its place, with the event and every attempt.

import {useState} from 'preact/hooks';
import type {Delivery, Endpoint, SettledEvent} from '../api/types.ts';
import {count} from '../format/words.ts';
import {Act} from '../ui/act.tsx';
import {Attempts} from '../ui/attempts.tsx';
import {Chips, Facts, Section} from '../ui/blocks.tsx';
import {Icon} from '../ui/icon.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Json, Outcome} from '../ui/raw.tsx';
import {Empty, Ready, Refused, Skeleton} from '../ui/states.tsx';
import {Age, Pill} from '../ui/values.tsx';

const statuses = ['', 'queued', 'done', 'dead', 'cancelled'];
const everySeconds = 20;

export function Deliveries({endpointId}: {endpointId: string}) {
  const endpoint = useGet<Endpoint>(`/v1/endpoints/${endpointId}`, {}, everySeconds);
  const [status, setStatus] = useState('');
  const pages = usePages<Delivery>('/v1/deliveries', {endpoint: endpointId, status}, 50, everySeconds);
  return (
    <>
      <Ready of={endpoint} lines={3}>
        {one => (
          <>
            <header class="head"><div class="head-title"><p class="head-above">Your endpoint</p>
              <div class="head-line"><h1 class="break">{one.url}</h1><Pill token={one.health.state === 'ok' ? one.status : one.health.state} /></div></div>
              <div class="head-actions"><Act label="Send a test event" scope="events:write" path={`/v1/endpoints/${endpointId}/ping`}
                done="A test event is on its way" onDone={pages.reload} /></div></header>
            <Section title="Endpoint"><Facts facts={[
              ['events', <Chips items={one.events} />],
              ['last success', <Age at={one.health.last_success_at} />],
              one.health.next_probe_at ? ['next probe', <Age at={one.health.next_probe_at} />] : null,
            ]} /></Section>
          </>
        )}
      </Ready>
      <Section title="Deliveries" flush actions={(
        <label class="filter"><span>Status</span>
          <select value={status} onChange={event => setStatus(event.currentTarget.value)}>
            {statuses.map(one => <option key={one} value={one}>{one || 'all'}</option>)}</select></label>
      )}>
        {pages.problem ? <Refused problem={pages.problem} retry={pages.reload} /> : null}
        {!pages.rows ? <Skeleton lines={6} /> : pages.rows.length === 0 ? <Empty title="No delivery has this status." /> : (
          <ol class="openings">{pages.rows.map(row => <Opening key={row.id} delivery={row} />)}</ol>
        )}
        {pages.hasMore ? <p class="more"><button type="button" class="button" onClick={pages.more}>Show more</button></p> : null}
      </Section>
    </>
  );
}

function Opening({delivery}: {delivery: Delivery}) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <button type="button" class="opening" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name="chevron" /><span class="id">{delivery.event_id}</span><Pill token={delivery.status} />
        <Outcome outcome={delivery.outcome} /><span class="quiet num">{count(delivery.attempts_made, 'attempt')}</span>
        <Age at={delivery.updated_at} />
      </button>
      {open ? <Opened id={delivery.id} eventId={delivery.event_id} /> : null}
    </li>
  );
}

function Opened({id, eventId}: {id: string; eventId: string}) {
  const delivery = useGet<Delivery>(`/v1/deliveries/${id}`);
  const event = useGet<SettledEvent>(`/v1/events/${eventId}`);
  return (
    <div class="opened">
      <Ready of={delivery} lines={3}>
        {one => (
          <Section title="Attempts" actions={<Act label="Deliver again" scope="events:write" path={`/v1/deliveries/${id}/redeliver`}
            done="The delivery is queued again" onDone={delivery.reload} />}><Attempts of={one} /></Section>
        )}
      </Ready>
      <Section title="Event"><Ready of={event}>{body => <Json value={body} />}</Ready></Section>
    </div>
  );
}
