// What a person may do with an endpoint: ping, pause and resume, enable or disable, a new secret.

import {useState} from 'preact/hooks';
import type {Delivery, Endpoint} from '../api/types.ts';
import {Act} from './act.tsx';
import {Dialog} from './dialog.tsx';
import {Copy, Id} from './values.tsx';

export function EndpointActions({endpoint, onDone}: {endpoint: Endpoint; onDone: () => void}) {
  const [secret, setSecret] = useState('');
  const [ping, setPing] = useState<Delivery>();
  const path = `/v1/endpoints/${endpoint.id}`;
  const isActive = endpoint.status === 'active';
  const isPaused = endpoint.status === 'paused';
  return (
    <>
      {isActive ? <Act<Delivery> label="Ping" scope="events:write" path={`${path}/ping`} done="The ping is on its way"
        onDone={answer => { setPing(answer); onDone(); }} /> : null}
      {ping ? <span class="second">sent: <Id id={ping.id} short /></span> : null}
      {isActive ? <Act<Endpoint> label="Rotate the secret" scope="endpoints:write" path={path} method="PATCH" danger
        body={{rotate_secret: true, previous_secret_expires_in: 86_400}} done="The secret was rotated"
        question="A new signing secret applies from now on. For 24 hours deliveries are also signed with the old secret."
        onDone={answer => { setSecret(answer.secret ?? ''); onDone(); }} /> : null}
      {isActive ? <Act label="Pause" scope="endpoints:write" path={path} method="PATCH" body={{status: 'paused'}} reason danger
        done="The endpoint is paused" question="Nothing is sent here until the endpoint is resumed. Deliveries wait, and new events are added to them."
        onDone={onDone} /> : null}
      {isPaused ? <Act label="Resume" scope="endpoints:write" path={path} method="PATCH" body={{status: 'active'}} primary
        done="The endpoint is resumed" onDone={onDone} /> : null}
      {isActive || isPaused ? <Act label="Disable" scope="endpoints:write" path={path} method="PATCH" body={{status: 'disabled'}} danger
        done="The endpoint is disabled" question="Waiting deliveries are cancelled, and new events are not delivered here." reason onDone={onDone} />
        : <Act label="Enable" scope="endpoints:write" path={path} method="PATCH" body={{status: 'active'}} primary
          done="The endpoint is enabled" onDone={onDone} />}
      {secret ? (
        <Dialog title="The new signing secret" onClose={() => setSecret('')}>
          <p class="second">The secret is shown only now. Pass it to the partner over a secure channel.</p>
          <p class="secret"><code class="break">{secret}</code><Copy text={secret} label="the secret" /></p>
        </Dialog>
      ) : null}
    </>
  );
}
