// Reviews of the matching have both sides of a settlement in their detail; all others have facts of their kind.

import type {AmbiguousDetail, Review} from '../api/types.ts';

export function ambiguousDetail(review: Review): AmbiguousDetail | undefined {
  return Array.isArray(review.detail['candidates']) ? review.detail as unknown as AmbiguousDetail : undefined;
}

/** The payment that is accepted when nothing is chosen: the only candidate. Between two a person must choose. */
export function onlyCandidate(review: Review): string | undefined {
  const candidates = ambiguousDetail(review)?.candidates ?? [];
  return candidates.length === 1 ? candidates[0]!.payment_id : undefined;
}
