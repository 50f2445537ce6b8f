// Other rules: what the last days would have come to under them, and then, if that is wanted, a new version of the rules.

import {useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import type {RuleSet, WhatIf} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {Dialog} from '../ui/dialog.tsx';
import {asProblem} from '../ui/load.ts';
import {Refused, Skeleton} from '../ui/states.tsx';
import {Outcome} from './outcome.tsx';
import {policyWords, ranks} from './words.ts';

const dayChoices = [1, 7, 30, 90];

/** `base`: the set that the form begins with; without one, with the standard set. */
export function ChangeRules({base, onDone}: {base?: RuleSet; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may('settlements:write')) return null;
  return (
    <>
      <button type="button" class={base ? 'button small' : 'button'} onClick={() => setOpen(true)}>{base ? 'Change' : 'New rules'}</button>
      {open ? <ChangeDialog base={base} onClose={() => setOpen(false)} onDone={() => { setOpen(false); onDone(); }} /> : null}
    </>
  );
}

function ChangeDialog({base, onClose, onDone}: {base: RuleSet | undefined; onClose: () => void; onDone: () => void}) {
  const [name, setName] = useState(base?.rules.name ?? '');
  const [chosen, setChosen] = useState<Record<string, string>>(base?.rules.ranks ?? {});
  const [parts, setParts] = useState(base ? String(base.rules.parts_max) : '');
  const [days, setDays] = useState(7);
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<WhatIf>();
  const [problem, setProblem] = useState<Problem>();

  const rules = () => ({
    name: name.trim(), ranks: chosen, ...(parts ? {parts_max: Number(parts)} : {}),
    ...(base ? {windows_hours: base.rules.windows_hours, overdue_hours: base.rules.overdue_hours} : {}),
  });
  const ask = async (body: object, then: (answer: WhatIf) => void) => {
    setBusy(true);
    setProblem(undefined);
    try {
      then(await post<WhatIf>('/v1/rules', {...rules(), ...body}));
    } catch (failure) {
      setProblem(asProblem(failure));
    } finally {
      setBusy(false);
    }
  };
  const whatIf = () => ask({dry_run: true, days}, answer => {
    setResult(answer);
    announce(`${answer.settlements - answer.unchanged} of ${answer.settlements} settlements would differ`);
  });
  const save = () => ask({}, () => { announce('The rules apply from now on'); onDone(); });
  const changed = (act: () => void) => { act(); setResult(undefined); };
  const choose = (rank: string, policy: string) => changed(() => {
    const {[rank]: _, ...others} = chosen;
    setChosen(policy ? {...others, [rank]: policy} : others);
  });
  return (
    <Dialog title={base ? 'Change the rules' : 'New rules of the tenant'} wide onClose={onClose}>
      <form class="form" onSubmit={event => { event.preventDefault(); void whatIf(); }}>
        <div class="field-pair">
          <label class="field"><span>Name</span><input required maxLength={256} value={name}
            onInput={event => { const text = event.currentTarget.value; changed(() => setName(text)); }} /></label>
          <label class="field"><span>Parts at most</span><input type="number" min={1} max={5} placeholder="standard" value={parts}
            onInput={event => { const text = event.currentTarget.value; changed(() => setParts(text)); }} /></label>
        </div>
        <fieldset class="picker"><legend>A settlement is matched by</legend>
          {ranks.map((rank, number) => (
            <label key={rank} class="part"><span><span class="num quiet">{number}</span> <code>{rank}</code></span>
              <select value={chosen[rank] ?? ''} onChange={event => choose(rank, event.currentTarget.value)}>
                <option value="">standard</option>
                {Object.entries(policyWords).map(([policy, label]) => <option key={policy} value={policy}>{label}</option>)}
              </select></label>
          ))}
        </fieldset>
        {result ? <Outcome result={result} /> : busy ? <Skeleton lines={3} /> : null}
        {problem ? <Refused problem={problem} /> : null}
        <div class="form-actions">
          <label class="filter"><span>What if, over the last</span>
            <select value={days} onChange={event => { const number = Number(event.currentTarget.value); changed(() => setDays(number)); }}>
              {dayChoices.map(number => <option key={number} value={number}>{number === 1 ? '1 day' : `${number} days`}</option>)}
            </select></label>
          <button type="submit" class={result ? 'button' : 'button primary'} disabled={busy || !name.trim()}>Show the effect</button>
          <button type="button" class={result ? 'button primary' : 'button'} disabled={busy || !result} onClick={() => void save()}>
            Save the rules</button>
        </div>
      </form>
    </Dialog>
  );
}
