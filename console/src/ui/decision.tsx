// A decision of a person: what it would do is asked of the server first (a dry run), then it is made with a reason.

import type {ComponentChildren} from 'preact';
import {useEffect, useId, useRef, useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import type {DryRun} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {Dialog} from './dialog.tsx';
import {asProblem} from './load.ts';
import {Refused, Skeleton} from './states.tsx';
import {Id, Money, Pill} from './values.tsx';

export interface Decision {
  title: string;
  /** What the button says: "Accept". */
  verb: string;
  /** POSTed to. */
  path: string;
  /** The body without `reason` and `dry_run`; undefined: not all is entered yet. */
  body: Record<string, unknown> | undefined;
  /** Whether the call takes `dry_run`. */
  checks: boolean;
  danger?: boolean;
  children?: ComponentChildren;
  /** After it was made. */
  onDone: (answer: unknown) => void;
  onClose: () => void;
}

const checkReason = 'dry run';

export function DecisionDialog(props: Decision) {
  const {title, verb, path, body, checks, onDone, onClose} = props;
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const idempotencyKey = useRef(crypto.randomUUID());
  const effect = useEffectOf(path, checks ? body : undefined);
  const reasonField = useId();

  const decide = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const answer = await post(path, {...body, reason: reason.trim()}, idempotencyKey.current);
      announce(`${title}: done`);
      onDone(answer);
    } catch (failure) {
      idempotencyKey.current = crypto.randomUUID();
      setProblem(asProblem(failure));
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={decide} class="form" onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
      }}>
        {props.children}
        {checks && body ? <div class="effect" aria-live="polite"><h3>What will happen</h3><Effect of={effect} /></div> : null}
        <label class="field" for={reasonField}><span>Reason</span>
          <textarea id={reasonField} required maxLength={256} rows={2} value={reason} autofocus
            placeholder="Kept with the decision" onInput={event => setReason(event.currentTarget.value)} /></label>
        {problem ? <Refused problem={problem} /> : null}
        <div class="form-actions">
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class={props.danger ? 'button danger' : 'button primary'}
            disabled={busy || !body || !reason.trim() || effect.problem !== undefined}>{busy ? 'Sending' : verb}</button>
        </div>
      </form>
    </Dialog>
  );
}

interface EffectState {
  run?: DryRun;
  problem?: Problem;
}

function useEffectOf(path: string, body: Record<string, unknown> | undefined): EffectState {
  const [state, setState] = useState<EffectState>({});
  const key = body && JSON.stringify(body);
  useEffect(() => {
    if (!body) return;
    let outdated = false;
    setState({});
    post<DryRun>(path, {...body, reason: checkReason, dry_run: true}).then(
      run => { if (!outdated) setState({run}); },
      failure => { if (!outdated) setState({problem: asProblem(failure)}); });
    return () => { outdated = true; };
  }, [path, key]);
  return state;
}

function Effect({of}: {of: EffectState}) {
  if (of.problem) return <Refused problem={of.problem} />;
  if (!of.run) return <Skeleton lines={2} />;
  return <DryRunText run={of.run} />;
}

/** A dry run in words. */
function DryRunText({run}: {run: DryRun}) {
  return (
    <ul class="effect-list">
      {run.settlement_id ? <li>Settlement <Id id={run.settlement_id} short />{run.settlement_status
        ? <> becomes <Pill token={run.settlement_status} /></> : ' stays as it is'}</li> : null}
      {run.matches.map(match => (
        <li key={match.payment_id}><Money amount={match.amount} /> is matched to <strong>{match.client_id}</strong>{' '}
          <span class="quiet">rank {match.rank}, {match.rule}</span></li>
      ))}
      {run.candidates.length > 0 ? (
        <li>A reviewer must then decide between {run.candidates.map(candidate => candidate.client_id).join(', ')}</li>
      ) : null}
      {run.matches.length === 0 && run.candidates.length === 0 ? <li class="second">This decision matches nothing.</li> : null}
    </ul>
  );
}
