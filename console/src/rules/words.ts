// The ranks in their order, and what a policy does, in words.

export const ranks = [
  'single_use_account', 'uetr+account+amount', 'e2e+account+amount', 'e2e+account', 'crossed_ids+account+amount',
  'reference+payer+account+amount', 'reference+account+amount', 'reference_part+payer+account+amount', 'reference_part+account+amount',
  'payer+account+amount', 'name+account+amount', 'account+amount', 'reference+account',
] as const;

export const policyWords: Record<string, string> = {
  automatic: 'at once', watermark: 'at the watermark', suggest: 'a person decides', off: 'off',
};
