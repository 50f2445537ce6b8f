// The server masks accounts for sessions. These say what of a text is masked, and how an account is read aloud.

/** "GB57•••7354" and "•••6819": some of the text was left out by the server. */
export function isMasked(text: string): boolean {
  return /[•…*]/.test(text);
}

/** An IBAN in groups of four, as banks print it; a masked or other account as it is. */
export function accountText(account: string): string {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(account) ? account.replace(/(.{4})(?=.)/g, '$1 ') : account;
}

export interface Party {
  name?: string;
  iban?: string;
  sort_code?: string;
  account_number?: string;
  account?: string;
}

/** The one account that a party has, in whatever way it was given; empty: none. */
export function accountOf(party: Party): string {
  if (party.iban) return accountText(party.iban);
  if (party.account_number) return `${party.sort_code ?? ''} ${party.account_number}`.trim();
  return party.account ?? '';
}
