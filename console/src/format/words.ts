// Words of the API as people read them. What is not listed here is shown with blanks for underscores.

const labels: Record<string, string> = {
  end_to_end_id: 'end-to-end id',
  uetr: 'UETR',
  payer_name: "payer's name",
  payer_account: "payer's account",
  institution_id: 'institution',
  created_at: 'created',
  account: 'account',
  reference_part: 'part of the reference',
  accepted_amount: 'accepted amount',
  single_use_account: 'single-use account',
  crossed_ids: 'crossed ids',
  settlement_ambiguous: 'ambiguous settlement',
  suggested_match: 'suggested match',
  webhook_conflict: 'conflicting webhook',
  webhook_unreadable: 'unreadable webhook',
  settlement_unexplained: 'unexplained movement',
  order_unresolved: 'unresolved order',
  possible_duplicate: 'possible duplicate',
  notification_failed: 'failed notification',
  booking_not_payable: 'booking that cannot be paid',
  payment_failed_after_match: 'payment failed after its match',
  created_after_settlement: 'the payment was made after the settlement',
  nothing_in_common: 'nothing in common',
  amount_differs: 'the amount differs',
  account_differs: 'the account differs',
  uetr_differs: 'the UETR differs',
  end_to_end_id_differs: 'the end-to-end id differs',
  payer_differs: 'the payer differs',
  excluded: 'a person has ruled it out',
  rival_of_same_rank: 'a rival fits equally well',
  rival_casts_doubt: 'a rival casts doubt on it',
  weaker_rank: 'another fits better',
  only_suggested: 'the rules leave it to a person',
  not_all_compared: 'not all payments were compared',
  settlement_not_unique: 'another settlement is like this one',
  another_settlement_fits_better: 'another settlement fits better',
  not_open: 'closed',
  api_key: 'API key',
  match: 'match',
  told_p50: 'half of them within',
  told_p99: '99 of 100 within',
  already_imported: 'imported before',
  account_unknown: 'account not registered',
};

export function words(token: string): string {
  return labels[token] ?? token.replaceAll('_', ' ');
}

export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "1 review", "2 reviews", "1,204 entries". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'calm';

const tones: Record<Tone, readonly string[]> = {
  good: ['settled', 'matched', 'done', 'active', 'ok', 'complete', 'reconciled', 'posted', 'delivered', 'live', 'match', 'linked',
    'taken', 'received', 'processed', 'fetched', 'accept', 'split', 'imported'],
  warn: ['unmatched', 'ambiguous', 'overdue', 'partially_settled', 'held', 'suspended', 'open', 'attention', 'rival',
    'suggested', 'warning', 'paused', 'held_back', 'review', 'unclear', 'throttled', 'requested', 'amount_differs',
    'missing_webhook', 'waiting'],
  bad: ['rejected', 'dead', 'failed', 'failing', 'in_doubt', 'needs_review', 'refused', 'vetoed', 'lost', 'disabled', 'returned',
    'reversed', 'given_up', 'revoked', 'expired', 'ours', 'reject'],
  info: ['expected', 'queued', 'submitted', 'loading', 'reconciling', 'running'],
  calm: [],
};

const toneOf = new Map(Object.entries(tones).flatMap(([tone, tokens]) => tokens.map(token => [token, tone as Tone])));

export function tone(token: string): Tone {
  return toneOf.get(token) ?? 'calm';
}
