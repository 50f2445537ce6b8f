// The list of reviews, narrow enough to stand next to the one that is open.

import type {Review} from '../api/types.ts';
import {moneyText} from '../format/money.ts';
import {count, sentenceCase, words} from '../format/words.ts';
import {Choice, Filters} from '../ui/blocks.tsx';
import type {Pages} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {List, type Column, type Selection} from '../ui/table.tsx';
import {Age, Pill} from '../ui/values.tsx';
import {ambiguousDetail} from './settlement.ts';

export const kinds = ['settlement_ambiguous', 'suggested_match', 'webhook_unreadable', 'webhook_conflict', 'payment_conflict',
  'payment_failed_after_match', 'possible_misallocation', 'unmatched_return', 'order_unresolved', 'order_contradiction',
  'possible_duplicate', 'return_refused', 'return_unresolved', 'link_unresolved', 'settlement_unexplained', 'credit_unclear',
  'settlement_contradiction', 'bacs_credit_held', 'bacs_contradiction', 'posting_failed', 'posting_contradiction',
  'booking_not_payable', 'notification_failed'];

const columns: Column<Review>[] = [
  {title: 'Review', cell: review => (
    <span class="review-line"><strong>{sentenceCase(words(review.kind))}</strong><span class="second break">{about(review)}</span></span>
  )},
  {title: 'Opened', end: true, cell: review => (
    <span class="review-end">{review.status === 'closed' ? <Pill token={review.decision || 'closed'} as="calm" /> : null}
      <Age at={review.created_at} /></span>
  )},
];

/** The money and its text, or whatever names the subject best. */
function about(review: Review): string {
  const detail = ambiguousDetail(review);
  if (detail) {
    const {amount, reference} = detail.settlement;
    return [moneyText(amount), reference, count(detail.candidates.length + detail.left_out, 'candidate')].filter(Boolean).join(' · ');
  }
  const named = ['client_id', 'reason', 'says', 'loan_account_id', 'failure', 'transaction_id'].map(name => review.detail[name])
    .find(value => typeof value === 'string' && value !== '');
  return typeof named === 'string' ? named : review.subject_id;
}

export function ReviewRows({pages, selection, current, onMove}: {
  pages: Pages<Review>;
  selection: Selection | undefined;
  current: string | undefined;
  onMove: ((by: 1 | -1) => void) | undefined;
}) {
  return (
    <>
      <Filters>
        <Choice name="status" label="Status" options={['closed', 'any']} all="open" />
        <Choice name="kind" label="Kind" options={kinds} />
      </Filters>
      <List caption="Reviews" pages={pages} columns={columns} keyOf={review => review.id} currentKey={current}
        pathOf={review => `/reviews/${review.id}${location.search}`} selection={selection} onMove={onMove}
        empty={<Empty title="No review is open." command="settled trigger ambiguous">
          A review opens when the rules leave a decision to a reviewer.</Empty>} />
    </>
  );
}
