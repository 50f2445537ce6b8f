// Signing in: with an API key, or with the link that `settled console` prints. A link never takes the place of a session
// that is there without a question.

import {useEffect, useId, useState} from 'preact/hooks';
import type {Problem} from '../api/client.ts';
import type {Session} from '../api/types.ts';
import {Mark} from '../ui/icon.tsx';
import {asProblem} from '../ui/load.ts';
import {Refused, Skeleton} from '../ui/states.tsx';
import {Command} from '../ui/values.tsx';
import {signIn, type Credentials} from './session.tsx';

export function SignIn({notice, link, before, onSigned, onKeep}: {
  notice?: string;
  /** The token of a link, which is used at once. */
  link?: string;
  /** The session that is there. */
  before?: Session;
  onSigned: (session: Session) => void;
  onKeep?: () => void;
}) {
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
            <KeyForm busy={busy} attempt={attempt} />
            <div class="sign-in-foot second"><p>On the server’s machine, this prints a link that signs you in:</p>
              <p><Command>settled console</Command></p></div>
          </>
        )}
      </main>
    </div>
  );
}

function KeyForm({busy, attempt}: {busy: boolean; attempt: (credentials: Credentials) => Promise<void>}) {
  const id = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget as HTMLFormElement).get('api_key');
    void attempt({api_key: String(entered).trim()});
  };
  return (
    <form class="form" onSubmit={submit}>
      <label class="field" for={id}><span>API key</span>
        <input id={id} name="api_key" type="password" required autocomplete="off" placeholder="sk_…" spellcheck={false} /></label>
      <p class="second">The session acts as this key, with its scopes, and ends with it.</p>
      <button type="submit" class="button primary wide" disabled={busy}>Sign in</button>
    </form>
  );
}
