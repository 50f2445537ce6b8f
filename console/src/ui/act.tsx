// A button that makes one call, at once or after a question. It says what came of it.

import {useState} from 'preact/hooks';
import {send, type Problem} from '../api/client.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {Dialog} from './dialog.tsx';
import {asProblem} from './load.ts';
import {Refused} from './states.tsx';

interface Props<T> {
  label: string;
  scope: string;
  path: string;
  method?: 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** What is announced when it is done. */
  done: string;
  /** Asked before; without it the call is made at once. */
  question?: string;
  /** Whether a reason must be entered, which goes into the body. */
  reason?: boolean;
  danger?: boolean;
  primary?: boolean;
  onDone?: (answer: T) => void;
}

export function Act<T = unknown>({label, scope, path, method = 'POST', body = {}, done, question, reason, danger, primary, onDone}: Props<T>) {
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState('');
  const [problem, setProblem] = useState<Problem>();
  if (!may(scope)) return null;

  const act = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await send<T>(method, path, method === 'DELETE' ? undefined : reason ? {...body as object, reason: why.trim()} : body);
      announce(done);
      setAsking(false);
      onDone?.(answer);
    } catch (failure) {
      setProblem(asProblem(failure));
      setAsking(true);
    } finally {
      setBusy(false);
    }
  };
  const asks = question !== undefined || reason;
  const look = danger ? 'button danger' : primary ? 'button primary' : 'button';
  return (
    <>
      <button type="button" class={asks ? 'button' : look} disabled={busy} onClick={() => asks ? setAsking(true) : void act()}>{label}</button>
      {asking ? (
        <Dialog title={label} onClose={() => { setAsking(false); setProblem(undefined); }}>
          <form class="form" onSubmit={event => { event.preventDefault(); void act(); }}>
            {question ? <p class="second">{question}</p> : null}
            {reason ? <label class="field"><span>Reason</span><textarea rows={2} required maxLength={256} autofocus value={why}
              onInput={event => setWhy(event.currentTarget.value)} /></label> : null}
            {problem ? <Refused problem={problem} /> : null}
            <div class="form-actions">
              <button type="button" class="button" onClick={() => setAsking(false)}>Cancel</button>
              <button type="submit" class={danger ? 'button danger' : 'button primary'} disabled={busy || (reason && !why.trim())}>
                {problem ? 'Try again' : label}</button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
