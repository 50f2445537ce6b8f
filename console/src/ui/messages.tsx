// Messages as they came or went: the webhooks of a bank, the calls to it, the events to partners.

import {useState} from 'preact/hooks';
import type {Call, SettledEvent, Webhook} from '../api/types.ts';
import {useMay} from '../app/session.tsx';
import {latency} from '../format/time.ts';
import {useGet} from './load.ts';
import {Body, Json, Outcome} from './raw.tsx';
import {Reveal} from './reveal.tsx';
import {Ready} from './states.tsx';
import {Age, Pill, Time} from './values.tsx';

/** The message of a timeline's entry, where its kind has one that the session may read. */
export function Message({kind, id}: {kind: string; id: string}) {
  const may = useMay();
  if (kind === 'webhook' && may('webhooks:read')) return <RawWebhook id={id} />;
  if (kind === 'call' && may('calls:read')) return <RawCall id={id} />;
  return kind === 'event' && may('events:read') ? <RawEvent id={id} /> : null;
}

export function RawWebhook({id}: {id: string}) {
  const webhook = useGet<Webhook>(`/v1/webhooks/${id}`);
  const [revealed, setRevealed] = useState<Webhook>();
  return (
    <Ready of={webhook} lines={5}>
      {stored => {
        const shown = revealed ?? stored;
        return (
          <div class="raw">
            <p class="raw-head"><strong>{shown.type || 'unreadable'}</strong> <Pill token={shown.status} />{' '}
              <span class="quiet">received</span> <Time at={shown.received_at} />
              <span class="raw-actions"><Reveal subject={id} onShown={object => setRevealed(object as unknown as Webhook)} /></span></p>
            {shown.body ? <Body text={shown.body} /> : (
              <p class="second">settled does not know which members of this message are personal, and withholds it. Reveal the
                message with a reason.</p>
            )}
          </div>
        );
      }}
    </Ready>
  );
}

/** What was sent, and what came back at each try. */
function RawCall({id}: {id: string}) {
  const call = useGet<Call>(`/v1/calls/${id}`);
  const [revealed, setRevealed] = useState<Call>();
  return (
    <Ready of={call} lines={5}>
      {stored => {
        const shown = revealed ?? stored;
        return (
          <div class="raw">
            <p class="raw-head"><strong>{shown.method}</strong> <code class="break">{shown.target}</code> <Pill token={shown.status} />
              <span class="raw-actions"><Reveal subject={id} onShown={object => setRevealed(object as unknown as Call)} /></span></p>
            {shown.body ? <Body text={shown.body} /> : null}
            {shown.tries.map(one => (
              <div key={one.number} class="raw">
                <p class="raw-head"><span class="num quiet">try {one.number}</span> <Outcome outcome={one.outcome} status={one.http_status} />
                  {one.latency_us === null ? null : <span class="num">{latency(one.latency_us)}</span>} <Age at={one.started_at} /></p>
                {one.reply ? <Body text={one.reply} /> : null}
              </div>
            ))}
          </div>
        );
      }}
    </Ready>
  );
}

/** The event as it is sent to endpoints. */
export function RawEvent({id}: {id: string}) {
  const event = useGet<SettledEvent>(`/v1/events/${id}`);
  const [revealed, setRevealed] = useState<SettledEvent>();
  return (
    <Ready of={event} lines={5}>
      {stored => (
        <div class="raw">
          <p class="raw-head"><strong>{stored.type}</strong> <Time at={stored.timestamp} />
            <span class="raw-actions"><Reveal subject={id} onShown={object => setRevealed(object as unknown as SettledEvent)} /></span></p>
          <Json value={revealed ?? stored} />
        </div>
      )}
    </Ready>
  );
}
