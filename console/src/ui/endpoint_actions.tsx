// What a person may do with an endpoint: ping, enable or disable, a new secret.

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
  return (
    <>
      {isActive ? <Act<Delivery> label="Ping" scope="events:write" path={`${path}/ping`} done="The ping is on its way"
        onDone={answer => { setPing(answer); onDone(); }} /> : null}
      {ping ? <span class="second">sent: <Id id={ping.id} short /></span> : null}
      {isActive ? <Act<Endpoint> label="Rotate the secret" scope="endpoints:write" path={path} method="PATCH" danger
        body={{rotate_secret: true, previous_secret_expires_in: 86_400}} done="The secret was rotated"
        question="A new signing secret holds from now on. What it replaces goes on signing next to it for 24 hours."
        onDone={answer => { setSecret(answer.secret ?? ''); onDone(); }} /> : null}
      {isActive ? <Act label="Disable" scope="endpoints:write" path={path} method="PATCH" body={{status: 'disabled'}} danger
        done="It is disabled" question="What is owed to it is cancelled, and from now on nothing is owed to it." onDone={onDone} />
        : <Act label="Enable" scope="endpoints:write" path={path} method="PATCH" body={{status: 'active'}} primary
          done="It is enabled" onDone={onDone} />}
      {secret ? (
        <Dialog title="The new signing secret" onClose={() => setSecret('')}>
          <p class="second">It is shown only now. Give it to the partner in a safe way.</p>
          <p class="secret"><code class="break">{secret}</code><Copy text={secret} label="the secret" /></p>
        </Dialog>
      ) : null}
    </>
  );
}
