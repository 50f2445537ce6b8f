// The bank's file, dropped onto the list of statements or chosen: how far it is, and what became of each statement.

import {useEffect, useRef, useState} from 'preact/hooks';
import {address, get, Problem, sendFile, type Page} from '../api/client.ts';
import type {ImportedFile, Statement} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {base} from '../app/router.ts';
import {useMay} from '../app/session.tsx';
import {accountText} from '../format/mask.ts';
import {dayOf} from '../format/time.ts';
import {count, words} from '../format/words.ts';
import {asProblem} from '../ui/load.ts';
import {Refused} from '../ui/states.tsx';
import {Pill} from '../ui/values.tsx';

const maxBytes = 32 * 1024 * 1024;
const lookEvery = 1000; // ms; while the server works on a file

type State =
  | {step: 'idle'}
  | {step: 'sending'; file: File; sent: number}
  | {step: 'storing'; file: File; now?: Statement}
  | {step: 'done'; file: File; result: ImportedFile}
  | {step: 'refused'; file: File; problem: Problem};

export function Import({onDone}: {onDone: () => void}) {
  const may = useMay();
  return may('statements:write') ? <Place onDone={onDone} /> : null;
}

function Place({onDone}: {onDone: () => void}) {
  const [state, setState] = useState<State>({step: 'idle'});
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const busy = state.step === 'sending' || state.step === 'storing';

  // What the server has made of the newest statement so far.
  useEffect(() => {
    if (state.step !== 'storing') return;
    const timer = setInterval(() => void get<Page<Statement>>('/v1/statements', {limit: 1}).then(
      page => setState(before => before.step === 'storing' ? {...before, now: page.data.find(one => one.status !== 'reconciled')} : before),
      () => undefined), lookEvery);
    return () => clearInterval(timer);
  }, [state.step]);

  const take = async (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (!file || busy) return;
    if (file.size > maxBytes) {
      setState({step: 'refused', file, problem: new Problem({status: 413, code: 'body_too_large',
        detail: 'The file is larger than 32 MiB; use settled import.'})});
      return;
    }
    const mine = abort.current = new AbortController();
    setState({step: 'sending', file, sent: 0});
    try {
      const result = await sendFile<ImportedFile>(address('/v1/statements/files', {name: file.name}), file,
        sent => setState(sent < file.size ? {step: 'sending', file, sent} : {step: 'storing', file}), mine.signal);
      setState({step: 'done', file, result});
      announce(`${file.name}: ${outcomes(result)}`);
      onDone();
    } catch (failure) {
      if (!mine.signal.aborted) setState({step: 'refused', file, problem: asProblem(failure)});
    }
  };
  return (
    <section class={over ? 'drop over' : 'drop'} aria-label="Import a file" aria-busy={busy}
      onDragOver={event => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
      onDrop={event => { event.preventDefault(); setOver(false); void take(event.dataTransfer?.files); }}>
      <div class="drop-line">
        <button type="button" class="button" disabled={busy} onClick={() => input.current?.click()}>Import a file</button>
        <span class="second">or drop it here: camt.053, camt.054, MT940 or CSV, up to 32 MiB</span>
        <input ref={input} type="file" hidden aria-label="Statement file" onChange={event => {
          const field = event.currentTarget;
          void take(field.files).finally(() => { field.value = ''; });
        }} />
      </div>
      <Progress state={state} />
    </section>
  );
}

function Progress({state}: {state: State}) {
  switch (state.step) {
    case 'idle':
      return null;
    case 'sending':
      return <p class="drop-line"><progress max={state.file.size} value={state.sent} aria-label="Sent" />
        <span>Sending {state.file.name}</span></p>;
    case 'storing':
      return <p class="drop-line"><progress {...partOf(state.now)} aria-label="Stored" /><span>{doing(state.now, state.file.name)}</span></p>;
    case 'refused':
      return <><p class="second break">{state.file.name}</p><Refused problem={state.problem} /></>;
    case 'done':
      return <Result file={state.file.name} result={state.result} />;
  }
}

function entriesOf(statement: Statement): number {
  return statement.credits.count + statement.debits.count;
}

function partOf(now: Statement | undefined): {max?: number; value?: number} {
  if (!now) return {};
  return now.status === 'loading' ? {max: entriesOf(now), value: now.entries_loaded} : {max: now.credits.count, value: now.entries_examined};
}

function doing(now: Statement | undefined, file: string): string {
  if (!now) return `Reading ${file}`;
  return now.status === 'loading' ? `Storing ${count(entriesOf(now), 'entry', 'entries')}` : `Reconciling ${count(now.credits.count, 'credit')}`;
}

function outcomes(result: ImportedFile): string {
  const parts: [number, string][] = [[result.imported, 'imported'], [result.already_imported, 'imported before'],
    [result.account_unknown, 'of accounts that are not registered'], [result.refused, 'refused']];
  return parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`).join(', ');
}

function Result({file, result}: {file: string; result: ImportedFile}) {
  return (
    <div class="drop-result">
      <p><strong class="break">{file}</strong> <span class="second">{outcomes(result)}</span></p>
      <ul class="openings">{result.data.map((one, number) => (
        <li key={number} class="drop-line">
          <Pill token={one.outcome === 'refused' ? 'refused' : one.outcome === 'account_unknown' ? 'attention' : 'imported'} label={words(one.outcome)} />
          {one.statement
            ? <a href={`${base}/statements/${one.statement.id}`}>{dayOf(one.statement.from)} <span class="id">{accountText(one.account)}</span></a>
            : <span class="id">{accountText(one.account)}</span>}
          {one.statement?.reconciliation
            ? <Pill token={one.statement.reconciliation.holds ? 'reconciled' : 'attention'}
              label={one.statement.reconciliation.holds ? 'reconciled' : 'does not reconcile'} /> : null}
          {one.problem ? <span class="second">{one.problem.detail} <code>{one.problem.code}</code></span> : null}
        </li>
      ))}</ul>
    </div>
  );
}
