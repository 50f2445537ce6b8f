// Deciding several reviews at once: each is checked by the server first, then decided by itself. One that is refused keeps
// no other back.

import {useEffect, useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import type {Review} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import type {Amount} from '../format/money.ts';
import {count, sentenceCase, words} from '../format/words.ts';
import {Dialog} from '../ui/dialog.tsx';
import {asProblem} from '../ui/load.ts';
import {Refused, Skeleton} from '../ui/states.tsx';
import {Id, Pill} from '../ui/values.tsx';
import {allParts, ambiguousDetail, onlyCandidate} from './settlement.ts';

export const bulkMax = 100;

type Bulk = 'accept' | 'split' | 'reject' | 'close';

interface Outcome {
  review_id: string;
  decision: string;
  outcome: 'done' | 'refused';
  code: string | null;
  detail: string | null;
}

interface Outcomes {
  dry_run: boolean;
  done: number;
  refused: number;
  data: Outcome[];
}

const meanings: Record<Bulk, string> = {
  accept: 'Each settlement is matched to its only candidate. Reviews with several candidates are left out: decide them one by one.',
  split: 'Each settlement is divided among all of its candidates. Reviews whose candidates do not add up to the settlement’s amount are left out: decide them one by one.',
  reject: 'Each settlement pays none of your payments.',
  close: 'Each review is closed as dealt with.',
};

export function BulkBar({chosen, clear, onDone}: {chosen: readonly Review[]; clear: () => void; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState<Bulk>();
  if (chosen.length === 0 || !may('settlements:write')) return null;
  return (
    <div class="bulk" role="region" aria-label="Selected reviews">
      <strong>{count(chosen.length, 'review')} selected</strong>
      {(['accept', 'split', 'reject', 'close'] as const).map(decision => (
        <button key={decision} type="button" class="button small" onClick={() => setOpen(decision)}>{sentenceCase(decision)}</button>
      ))}
      <button type="button" class="text-button" onClick={clear}>Clear</button>
      {open ? <BulkDialog decision={open} reviews={chosen} onClose={() => setOpen(undefined)}
        onDone={() => { setOpen(undefined); onDone(); }} /> : null}
    </div>
  );
}

interface Decided {
  review_id: string;
  decision: Bulk;
  payment_id?: string;
  payments?: {payment_id: string; amount: Amount}[];
}

function decisionsOf(decision: Bulk, reviews: readonly Review[]): Decided[] {
  return reviews.flatMap((review): Decided[] => {
    if (decision === 'accept') {
      const payment = ambiguousDetail(review) && onlyCandidate(review);
      return payment ? [{review_id: review.id, decision, payment_id: payment}] : [];
    }
    if (decision === 'split') {
      const payments = allParts(review);
      return payments ? [{review_id: review.id, decision, payments}] : [];
    }
    return [{review_id: review.id, decision}];
  });
}

function BulkDialog({decision, reviews, onClose, onDone}: {
  decision: Bulk;
  reviews: readonly Review[];
  onClose: () => void;
  onDone: () => void;
}) {
  const decisions = decisionsOf(decision, reviews);
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState<Outcomes>();
  const [made, setMade] = useState<Outcomes>();
  const [problem, setProblem] = useState<Problem>();
  const ask = (body: object) => post<Outcomes>('/v1/reviews/decisions', {decisions, ...body});
  const failed = (failure: unknown) => setProblem(asProblem(failure));
  useEffect(() => { if (decisions.length > 0) ask({reason: 'dry run', dry_run: true}).then(setChecked, failed); }, []);
  const decide = (event: Event) => {
    event.preventDefault();
    ask({reason: reason.trim()}).then(outcomes => {
      announce(`${outcomes.done} decided, ${outcomes.refused} refused`);
      setMade(outcomes);
    }, failed);
  };
  return (
    <Dialog title={`${sentenceCase(decision)} ${count(decisions.length, 'review')}`} wide onClose={made ? onDone : onClose}>
      <form class="form" onSubmit={decide}>
        <p class="second">{meanings[decision]}</p>
        {decisions.length === 0 ? <p>{decision === 'accept' ? 'None of the selected reviews has exactly one candidate.'
          : 'None of the selected reviews has candidates whose amounts add up to the settlement.'}</p>
          : made ?? checked ? <OutcomeList of={(made ?? checked)!} /> : problem ? null : <Skeleton lines={4} />}
        {problem ? <Refused problem={problem} /> : null}
        {made ? <div class="form-actions"><button type="button" class="button primary" onClick={onDone}>Done</button></div> : (
          <>
            <label class="field"><span>Reason</span><textarea rows={2} required maxLength={256} autofocus value={reason}
              onInput={event => setReason(event.currentTarget.value)} /></label>
            <div class="form-actions">
              <button type="button" class="button" onClick={onClose}>Cancel</button>
              <button type="submit" class={decision === 'accept' || decision === 'split' ? 'button primary' : 'button danger'}
                disabled={!reason.trim() || !checked?.done}>{sentenceCase(decision)} {checked?.done ?? ''}</button>
            </div>
          </>
        )}
      </form>
    </Dialog>
  );
}

function OutcomeList({of}: {of: Outcomes}) {
  return (
    <div aria-live="polite">
      <p>{of.dry_run ? `${of.done} can be decided, ${of.refused} would be refused.` : `${of.done} decided, ${of.refused} refused.`}</p>
      <ul class="outcomes">
        {of.data.filter(one => one.outcome === 'refused').map(one => (
          <li key={one.review_id}><Id id={one.review_id} /> <Pill token="refused" label={words(one.code ?? 'refused')} /> <span class="second">{one.detail}</span></li>
        ))}
      </ul>
    </div>
  );
}
