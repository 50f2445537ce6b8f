// A match: its evidence, and how it is undone.

import {useState} from 'preact/hooks';
import type {Match} from '../api/types.ts';
import {useKeys} from '../app/keys.ts';
import {useMay} from '../app/session.tsx';
import {count, words} from '../format/words.ts';
import {Chips, Facts} from './blocks.tsx';
import {DecisionDialog} from './decision.tsx';
import {Actor, Id, Money, Pill, Time} from './values.tsx';

export function MatchFacts({match}: {match: Match}) {
  const {evidence} = match;
  return (
    <Facts facts={[
      ['match', <Id id={match.id} />],
      ['settlement', <Id id={match.settlement_id} />],
      ['payment', <Id id={match.payment_id} />],
      ['amount', <Money amount={match.amount} />],
      ['rank', <>{match.rank} <span class="quiet">{match.rule}</span></>],
      ['pairing', words(match.pairing)],
      ['agreed', <Chips items={evidence.agreed} as="good" />],
      evidence.differs?.length ? ['differs', <Chips items={evidence.differs} as="warn" />] : null,
      evidence.overruled ? ['overruled', <Chips items={[evidence.overruled]} as="bad" />] : null,
      ['compared', `${count(evidence.payments_seen, 'payment')}, ${count(evidence.settlements_seen, 'settlement')}`],
      ['rules', <>{match.rules} <span class="quiet">version {match.rule_version}</span></>],
      ['decided by', <Actor actor={match.actor} />],
      evidence.reason ? ['reason', <span class="break">{evidence.reason}</span>] : null,
      ['matched', <Time at={match.matched_at} />],
      match.ended_at ? ['undone', <><Pill token="returned" label="ended" /> <Time at={match.ended_at} /></>] : null,
    ]} />
  );
}

/** The button, the key `u`, and the dialog that says what would follow. */
export function UndoMatch({match, onDone}: {match: Match; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const allowed = may('settlements:write');
  useKeys(allowed ? {u: () => setOpen(true)} : {});
  if (!allowed) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>Undo the match <kbd>u</kbd></button>
      {open ? (
        <DecisionDialog title="Undo the match" verb="Undo" danger path={`/v1/matches/${match.id}/undo`} body={{}} checks
          onClose={() => setOpen(false)} onDone={() => { setOpen(false); onDone(); }}>
          <p class="second">Settlement and payment are open again, and the rules never pair them again.</p>
        </DecisionDialog>
      ) : null}
    </>
  );
}

/** Matching a settlement by hand, to up to 8 payments; the key is `m`. */
export function MatchByHand({settlementId, onDone}: {settlementId: string; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const [entered, setEntered] = useState('');
  const allowed = may('settlements:write');
  useKeys(allowed ? {m: () => setOpen(true)} : {});
  if (!allowed) return null;
  const ids = entered.split(/[\s,]+/).filter(Boolean);
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>Match by hand <kbd>m</kbd></button>
      {open ? (
        <DecisionDialog title="Match by hand" verb="Match" path={`/v1/settlements/${settlementId}/match`} checks
          body={ids.length > 0 && ids.length <= 8 ? {payments: ids.map(id => ({payment_id: id}))} : undefined}
          onClose={() => setOpen(false)} onDone={() => { setOpen(false); onDone(); }}>
          <label class="field"><span>Payments</span>
            <textarea rows={2} value={entered} required spellcheck={false} placeholder="Your ids or ours, up to 8; one a line"
              onInput={event => setEntered(event.currentTarget.value)} /></label>
        </DecisionDialog>
      ) : null}
    </>
  );
}
