// Reviews of the matching have both sides of a settlement in their detail; all others have facts of their kind.

import type {AmbiguousDetail, Review} from '../api/types.ts';
import {sameValue, sum, type Amount} from '../format/money.ts';

export function ambiguousDetail(review: Review): AmbiguousDetail | undefined {
  return Array.isArray(review.detail['candidates']) ? review.detail as unknown as AmbiguousDetail : undefined;
}

/** The payment that is accepted when nothing is chosen: the only candidate. Between two a person must choose. */
export function onlyCandidate(review: Review): string | undefined {
  const candidates = ambiguousDetail(review)?.candidates ?? [];
  return candidates.length === 1 ? candidates[0]!.payment_id : undefined;
}

const partsMax = 8;

/** All candidates, each with its amount, where they come to the settlement's amount. */
export function allParts(review: Review): {payment_id: string; amount: Amount}[] | undefined {
  const detail = ambiguousDetail(review);
  if (!detail || !review.decisions.includes('split')) return undefined;
  const {candidates, settlement: {amount}} = detail;
  if (candidates.length < 2 || candidates.length > partsMax || candidates.some(one => one.amount.currency !== amount.currency)) return undefined;
  const total = sum(candidates.map(one => one.amount.value));
  if (total === undefined || !sameValue(total, amount.value)) return undefined;
  return candidates.map(one => ({payment_id: one.payment_id, amount: one.amount}));
}
