// Signing in: as an operator, with an API key, or with the link that `settled console` prints. A link never takes the
// place of a session that is there without a question.

import {useEffect, useId, useState} from 'preact/hooks';
import type {Problem} from '../api/client.ts';
import type {Session} from '../api/types.ts';
import {Mark} from '../ui/icon.tsx';
import {asProblem} from '../ui/load.ts';
import {Refused, Skeleton} from '../ui/states.tsx';
import {Command} from '../ui/values.tsx';
import {signIn, type Credentials} from './session.tsx';

type Way = 'operator' | 'api_key';

export function SignIn({notice, link, before, onSigned, onKeep}: {
  notice?: string;
  /** The token of a link, which is used at once. */
  link?: string;
  /** The session that is there. */
  before?: Session;
  onSigned: (session: Session) => void;
  onKeep?: () => void;
}) {
  const [way, setWay] = useState<Way>('operator');
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState<Credentials | undefined>(link && before ? {link} : undefined);

  const attempt = async (credentials: Credentials, replace = false) => {
    setBusy(true);
    setProblem(undefined);
    try {
      onSigned(await signIn(credentials, replace));
    } catch (failure) {
      const refused = asProblem(failure);
      setBusy(false);
      if (refused.code === 'session_exists') setAsks(credentials);
      else setProblem(refused);
    }
  };
  useEffect(() => { if (link && !before) void attempt({link}); }, []);

  return (
    <div class="sign-in">
      <main class="sign-in-card" aria-busy={busy}>
        <div class="sign-in-head"><Mark /><h1>{asks ? 'You are signed in' : 'Sign in to settled'}</h1></div>
        {notice ? <p class="notice" role="status">{notice}</p> : null}
        {problem ? <Refused problem={problem} /> : null}
        {asks ? (
          <div class="form">
            <p>This browser is signed in{before ? <> as <strong class="id">{before.actor}</strong></> : ' already'}. Do you want to
              sign in anew? The session that is there ends.</p>
            <div class="form-actions">
              {onKeep ? <button type="button" class="button" onClick={onKeep}>Keep it</button> : null}
              <button type="button" class="button primary" disabled={busy} onClick={() => attempt(asks, true)}>Replace it</button>
            </div>
          </div>
        ) : link && busy ? <Skeleton lines={3} /> : (
          <>
            <div class="tabs" role="group" aria-label="Sign in with">
              <button type="button" aria-pressed={way === 'operator'} onClick={() => setWay('operator')}>Operator</button>
              <button type="button" aria-pressed={way === 'api_key'} onClick={() => setWay('api_key')}>API key</button>
            </div>
            {way === 'operator' ? <OperatorForm busy={busy} attempt={attempt} /> : <KeyForm busy={busy} attempt={attempt} />}
            <div class="sign-in-foot second"><p>On the server’s machine, this command prints a sign-in link:</p>
              <p><Command>settled console</Command></p></div>
          </>
        )}
      </main>
    </div>
  );
}

interface FormProps {
  busy: boolean;
  attempt: (credentials: Credentials) => Promise<void>;
}

function OperatorForm({busy, attempt}: FormProps) {
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget as HTMLFormElement);
    void attempt({username: text(entered, 'username').trim(), password: text(entered, 'password'), code: text(entered, 'code').trim()});
  };
  return (
    <form class="form" onSubmit={submit}>
      <label class="field" for={`${id}u`}><span>User name</span>
        <input id={`${id}u`} name="username" required autocomplete="username" autocapitalize="none" spellcheck={false} /></label>
      <label class="field" for={`${id}p`}><span>Password</span>
        <input id={`${id}p`} name="password" type="password" required autocomplete="current-password" /></label>
      <label class="field" for={`${id}c`}><span>Code</span>
        <input id={`${id}c`} name="code" required inputMode="numeric" pattern="[0-9 ]{6,8}" autocomplete="one-time-code"
          placeholder="6 digits from your authenticator app" /></label>
      <button type="submit" class="button primary wide" disabled={busy}>Sign in</button>
    </form>
  );
}

function KeyForm({busy, attempt}: FormProps) {
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void attempt({api_key: text(new FormData(event.currentTarget as HTMLFormElement), 'api_key').trim()});
  };
  return (
    <form class="form" onSubmit={submit}>
      <label class="field" for={id}><span>API key</span>
        <input id={id} name="api_key" type="password" required autocomplete="off" placeholder="sk_…" spellcheck={false} /></label>
      <p class="second">The session has the scopes of this key, and ends when the key is revoked or expires.</p>
      <button type="submit" class="button primary wide" disabled={busy}>Sign in</button>
    </form>
  );
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? '');
}
