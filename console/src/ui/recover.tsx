// Delivering again what an endpoint did not get: by status and time, counted first.

import {useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import type {Endpoint, Redelivery} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {count, words} from '../format/words.ts';
import {Dialog} from './dialog.tsx';
import {asProblem, useGet} from './load.ts';
import {Refused} from './states.tsx';
import {Pill} from './values.tsx';

const statuses = ['dead', 'cancelled', 'missed', 'done'];

export function Recover({endpoint, onDone}: {endpoint: Endpoint; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('events:write') || endpoint.status !== 'active') return null;
  return (
    <>
      <button type="button" class="button small" onClick={() => setOpen(true)}>Deliver again</button>
      {open ? <RecoverDialog endpoint={endpoint} onClose={() => setOpen(false)} onDone={onDone} /> : null}
    </>
  );
}

function RecoverDialog({endpoint, onClose, onDone}: {endpoint: Endpoint; onClose: () => void; onDone: () => void}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(['dead', 'cancelled', 'missed']));
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  const [started, setStarted] = useState<Redelivery>();
  const [problem, setProblem] = useState<Problem>();

  const start = async (dryRun: boolean) => {
    setProblem(undefined);
    try {
      const body = {status: [...chosen], dry_run: dryRun, ...(since ? {since: utc(since)} : {}), ...(until ? {until: utc(until)} : {})};
      setStarted(await post<Redelivery>(`/v1/endpoints/${endpoint.id}/recover`, body));
      announce(dryRun ? 'Counting' : 'It has begun');
      if (!dryRun) onDone();
    } catch (failure) {
      setProblem(asProblem(failure));
    }
  };
  const toggle = (status: string) => {
    const next = new Set(chosen);
    if (!next.delete(status)) next.add(status);
    setChosen(next);
    setStarted(undefined);
  };
  return (
    <Dialog title="Deliver again" onClose={onClose}>
      <form class="form" onSubmit={event => { event.preventDefault(); void start(false); }}>
        <fieldset class="checks"><legend>Deliveries that are</legend>
          {statuses.map(status => (
            <label key={status} class="check"><input type="checkbox" checked={chosen.has(status)} onChange={() => toggle(status)} />{' '}
              {words(status)}</label>
          ))}
        </fieldset>
        <div class="field-pair">
          <label class="field"><span>Since (UTC)</span><input type="datetime-local" value={since}
            onInput={event => { setSince(event.currentTarget.value); setStarted(undefined); }} /></label>
          <label class="field"><span>Until (UTC)</span><input type="datetime-local" value={until}
            onInput={event => { setUntil(event.currentTarget.value); setStarted(undefined); }} /></label>
        </div>
        {started ? <Progress of={started} /> : null}
        {problem ? <Refused problem={problem} /> : null}
        <div class="form-actions">
          <button type="button" class="button" disabled={chosen.size === 0} onClick={() => void start(true)}>Count deliveries</button>
          <button type="submit" class="button primary" disabled={chosen.size === 0 || (started && !started.dry_run)}>Deliver again</button>
        </div>
      </form>
    </Dialog>
  );
}

function Progress({of}: {of: Redelivery}) {
  const [done, setDone] = useState(false);
  const run = useGet<Redelivery>(`/v1/redeliveries/${of.id}`, {}, done ? undefined : 1).data ?? of;
  if (run.status === 'done' && !done) setDone(true);
  return (
    <p aria-live="polite"><Pill token={run.status} /> {count(run.total, 'delivery', 'deliveries')}{' '}
      {run.dry_run ? 'would be delivered again' : `found, ${run.queued} queued`}</p>
  );
}

/** What was entered is read as UTC, as all times here are. */
function utc(entered: string): string {
  return `${entered}${entered.length === 16 ? ':00' : ''}Z`;
}
