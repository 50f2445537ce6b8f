// What a person decides about a settlement in review: accept, split, reject, match by hand, close, undo. Keys as the help
// says. Every dialog shows first what would happen.

import {useState} from 'preact/hooks';
import {get} from '../api/client.ts';
import type {AmbiguousDetail, Candidate, Match, Review, Settlement} from '../api/types.ts';
import {useKeys, type KeyMap} from '../app/keys.ts';
import {useMay} from '../app/session.tsx';
import {grouped, moneyText, sameValue, sum} from '../format/money.ts';
import {DecisionDialog} from '../ui/decision.tsx';
import {MatchByHand} from '../ui/match.tsx';
import {Money} from '../ui/values.tsx';

type Open = 'accept' | 'split' | 'reject' | 'close' | undefined;

interface Props {
  review: Review;
  detail: AmbiguousDetail;
  chosen: string | undefined;
  choose: (paymentId: string) => void;
  onDone: () => void;
}

export function SettlementActions({review, detail, chosen, choose, onDone}: Props) {
  const may = useMay();
  const [open, setOpen] = useState<Open>();
  const takes = (decision: string) => may('settlements:write') && review.decisions.includes(decision);
  const keys: KeyMap = {};
  if (takes('accept')) keys['a'] = () => setOpen('accept');
  if (takes('split')) keys['s'] = () => setOpen('split');
  if (takes('reject')) keys['r'] = () => setOpen('reject');
  useKeys(keys);
  const shared = {onClose: () => setOpen(undefined), onDone: () => { setOpen(undefined); onDone(); }, checks: true};
  const path = `/v1/reviews/${review.id}`;
  return (
    <>
      {takes('accept') ? <button type="button" class="button primary" onClick={() => setOpen('accept')}>Accept <kbd>a</kbd></button> : null}
      {takes('split') ? <button type="button" class="button" onClick={() => setOpen('split')}>Split <kbd>s</kbd></button> : null}
      {takes('reject') ? <button type="button" class="button" onClick={() => setOpen('reject')}>Reject <kbd>r</kbd></button> : null}
      {takes('close') ? <button type="button" class="button" onClick={() => setOpen('close')}>Close</button> : null}
      {review.status === 'open' ? <MatchByHand settlementId={detail.settlement.id} onDone={onDone} /> : null}
      {open === 'accept' ? (
        <DecisionDialog {...shared} title="Accept a candidate" verb="Accept" path={`${path}/accept`} body={chosen ? {payment_id: chosen} : undefined}>
          <CandidatePicker detail={detail} chosen={chosen} choose={choose} />
        </DecisionDialog>
      ) : null}
      {open === 'split' ? <SplitDialog {...shared} path={`${path}/split`} detail={detail} /> : null}
      {open === 'reject' ? (
        <DecisionDialog {...shared} title="Reject all candidates" verb="Reject" danger path={`${path}/reject`} body={{}}>
          <p class="second">The settlement pays none of your payments.</p>
        </DecisionDialog>
      ) : null}
      {open === 'close' ? (
        <DecisionDialog {...shared} title="Close the review" verb="Close" path={`${path}/close`} body={{}}>
          <p class="second">The settlement pays none of the payments shown. The settlement stays unmatched, and these payments are never suggested for it again.</p>
        </DecisionDialog>
      ) : null}
    </>
  );
}

function CandidatePicker({detail, chosen, choose}: {detail: AmbiguousDetail; chosen: string | undefined; choose: (id: string) => void}) {
  return (
    <fieldset class="picker"><legend><Money amount={detail.settlement.amount} /> pays</legend>
      {detail.candidates.map(candidate => (
        <label key={candidate.payment_id} class="check">
          <input type="radio" name="accepted" checked={candidate.payment_id === chosen} onChange={() => choose(candidate.payment_id)} />
          <span><strong class="break">{candidate.client_id}</strong> <span class="quiet">{candidate.reference} · rank {candidate.rank}</span></span>
        </label>
      ))}
    </fieldset>
  );
}

interface SplitProps {
  path: string;
  detail: AmbiguousDetail;
  checks: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** The parts must come to the settlement's amount: the sum is shown while they are entered. */
function SplitDialog({detail, ...shared}: SplitProps) {
  const [parts, setParts] = useState<Record<string, string>>({});
  const {amount} = detail.settlement;
  const chosen = Object.entries(parts);
  const total = sum(chosen.map(([, value]) => value));
  const fits = chosen.length >= 2 && chosen.length <= 8 && total !== undefined && sameValue(total, amount.value);
  const toggle = (candidate: Candidate) => {
    const {[candidate.payment_id]: had, ...rest} = parts;
    setParts(had === undefined ? {...parts, [candidate.payment_id]: candidate.amount.value} : rest);
  };
  return (
    <DecisionDialog {...shared} title="Divide the settlement" verb="Divide"
      body={fits ? {payments: chosen.map(([id, value]) => ({payment_id: id, amount: {value, currency: amount.currency}}))} : undefined}>
      <fieldset class="picker"><legend>{moneyText(amount)} pays</legend>
        {detail.candidates.map(candidate => {
          const part = parts[candidate.payment_id];
          return (
            <div key={candidate.payment_id} class="part">
              <label class="check"><input type="checkbox" checked={part !== undefined} onChange={() => toggle(candidate)} />
                <span class="break">{candidate.client_id}</span></label>
              {part !== undefined ? <input class="part-amount num" inputMode="decimal" aria-label={`Amount for ${candidate.client_id}`} value={part}
                onInput={event => setParts({...parts, [candidate.payment_id]: event.currentTarget.value.trim()})} /> : null}
            </div>
          );
        })}
      </fieldset>
      <p class={fits ? 'second' : 'second warn-text'} aria-live="polite">
        {chosen.length < 2 ? 'Choose at least two payments.' : total === undefined ? 'An amount cannot be read.'
          : `The parts come to ${grouped(total)} of ${moneyText(amount)}.`}</p>
    </DecisionDialog>
  );
}

/** Of a review that was decided: the match that came of it, which can be undone (`u`). */
export function UndoDecided({review, onDone}: {review: Review; onDone: () => void}) {
  const may = useMay();
  const [match, setMatch] = useState<Match | null>();
  const look = async () => {
    const settlement = await get<Settlement>(`/v1/settlements/${review.subject_id}`);
    setMatch(settlement.match && !settlement.match.ended_at ? settlement.match : null);
  };
  const can = review.status === 'closed' && ['accept', 'split'].includes(review.decision) && may('settlements:write');
  useKeys(can ? {u: () => void look()} : {});
  if (!can) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => void look()}>Undo the match <kbd>u</kbd></button>
      {match === null ? <span class="second">The match was already undone.</span> : null}
      {match ? (
        <DecisionDialog title="Undo the match" verb="Undo" danger path={`/v1/matches/${match.id}/undo`} body={{}} checks
          onClose={() => setMatch(undefined)} onDone={() => { setMatch(undefined); onDone(); }}>
          <p class="second">Settlement and payment are open again, and the rules never pair them again.</p>
        </DecisionDialog>
      ) : null}
    </>
  );
}
