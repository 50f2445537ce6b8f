// The members of the API's answers that the console shows. api/openapi.yaml is the contract.

import type {Amount} from '../format/money.ts';
import type {Party} from '../format/mask.ts';

export type {Amount, Party};

export interface Session {
  actor: string;
  tenant: string;
  scopes: string[];
  expires_at: string;
  csrf_token: string;
  /** The one endpoint that a partner's session sees. */
  endpoint_id: string | null;
}

export interface Payment {
  id: string;
  client_id: string;
  status: string;
  amount: Amount;
  settled: Amount;
  institution_id: string;
  scheme: string;
  reference: string;
  end_to_end_id: string;
  payee: Party;
  payer: Party;
  created_at: string;
  registered_at: string;
  settlement?: Settlement | null;
  match?: Match | null;
}

export interface Settlement {
  id: string;
  status: string;
  amount: Amount;
  scheme: string;
  transaction_id: string;
  reference: string;
  end_to_end_id: string;
  account: Party;
  counterparty: Party;
  settled_at: string;
  received_at: string;
  webhook_id: string | null;
  match?: Match | null;
  review_id?: string | null;
}

export interface Evidence {
  agreed: string[];
  differs?: string[];
  payments_seen: number;
  settlements_seen: number;
  rivals?: number;
  excluded?: number;
  after_watermark?: boolean;
  overruled?: string;
  reason?: string;
}

export interface Match {
  id: string;
  settlement_id: string;
  payment_id: string;
  rank: number;
  rule: string;
  rules: string;
  rule_version: number;
  pairing: string;
  amount: Amount;
  evidence: Evidence;
  actor: string;
  matched_at: string;
  ended_at: string | null;
}

export interface Difference {
  field: string;
  payment: string;
  settlement: string;
}

export interface Pair {
  payment_id?: string;
  client_id?: string;
  settlement_id?: string;
  verdict: string;
  rank: number | null;
  rule: string | null;
  agrees: string[];
  differs: Difference[];
  absent: string[];
  veto: string | null;
  sentence: string;
}

export interface Explained {
  subject_id: string;
  as_of: string;
  outcome: string;
  decided_by: string | null;
  sentence: string;
  data: Pair[];
  looked_at: number;
  limit_reached: boolean;
}

export interface TimelineEntry {
  at: string;
  kind: string;
  id: string;
  sentence: string;
  actor: string | null;
  details: Record<string, unknown>;
}

export interface Timeline {
  subject: {kind: string; id: string; client_id: string | null; sentence: string};
  data: TimelineEntry[];
  next: string | null;
}

export interface MaskedParty {
  name: string;
  account: string;
}

export interface Candidate {
  payment_id: string;
  client_id: string;
  rank: number;
  rule: string;
  agrees: string[];
  differs: string[];
  absent: string[];
  amount: Amount;
  reference: string;
  end_to_end_id: string;
  payer: MaskedParty;
  institution_id: string;
  scheme: string;
  created_at: string;
  reject_reason: string | null;
}

export interface AmbiguousDetail {
  settlement: {
    id: string;
    amount: Amount;
    scheme: string;
    reference: string;
    end_to_end_id: string;
    payer: MaskedParty;
    settled_at: string;
    received_at: string;
  };
  candidates: Candidate[];
  distinguishing_fields: string[];
  all_compared: boolean;
  left_out: number;
}

export interface Review {
  id: string;
  kind: string;
  subject_id: string;
  status: string;
  detail: Record<string, unknown>;
  decisions: string[];
  decision: string;
  reason: string;
  actor: string;
  created_at: string;
  closed_at: string | null;
}

export interface DryRun {
  dry_run: true;
  review_id: string | null;
  settlement_id: string | null;
  settlement_status: string | null;
  matches: {payment_id: string; client_id: string; rank: number; rule: string; pairing: string; amount: Amount}[];
  candidates: {payment_id: string; client_id: string; rank: number; rule: string}[];
}

export interface Order {
  id: string;
  client_id: string;
  connector: string;
  status: string;
  scheme: string;
  amount: Amount;
  debtor: Party;
  creditor: Party;
  reference: string;
  end_to_end_id: string;
  loan_account_id: string;
  reason_code: string;
  reason: string;
  advice: string;
  transaction_id: string;
  made_by: string;
  created_at: string;
  updated_at: string;
  calls?: CallSummary[];
  webhooks?: string[];
  postings?: {id: string; kind: string; status: string; reason_code: string}[];
}

export interface CallSummary {
  id: string;
  purpose: string;
  status: string;
  tries: number;
  http_status: number | null;
  reply_class: string;
}

export interface Call {
  id: string;
  method: string;
  target: string;
  status: string;
  body: string;
  tries: {number: number; started_at: string; latency_us: number | null; http_status: number | null; outcome: string; reply: string}[];
}

export interface Link {
  id: string;
  client_id: string;
  connector: string;
  core_banking: string;
  loan_account_id: string;
  owner_name: string;
  status: string;
  iban: string;
  virtual_account_id: string;
  errors: unknown[];
  created_at: string;
  updated_at: string;
  calls?: CallSummary[];
  webhooks?: string[];
}

export interface Notification {
  id: string;
  connector: string;
  status: string;
  platform_id: string;
  notification_type: string;
  content_state: string;
  failure: string;
  event_id: string | null;
  webhook_id: string;
  received_count: number;
  received_at: string;
  message?: unknown;
  content?: unknown;
  subsystems?: {endpoint_id: string; delivery_id: string; status: string}[];
}

export interface Endpoint {
  id: string;
  url: string;
  events: string[];
  format: string;
  auth: {type: string} | {type: string}[];
  key_id: string | null;
  schedule: {interval_seconds: number | null; batch: boolean; next_at: string | null};
  order: string | null;
  rate_per_second: number | null;
  concurrency: number | null;
  status: string;
  health: {state: string; failing_since: string | null; last_success_at: string | null; next_probe_at: string | null};
  missed_since: string | null;
  created_at: string;
  secret?: string;
}

export interface Delivery {
  id: string;
  event_id: string;
  endpoint_id: string;
  status: string;
  attempts_made: number;
  due_at: string | null;
  outcome: string | null;
  created_at: string;
  updated_at: string;
  waits_for?: string | null;
  attempts?: Attempt[];
}

export interface Attempt {
  number: number;
  started_at: string;
  latency_us: number;
  outcome: string;
  http_status: number | null;
  answer: string;
}

export interface Redelivery {
  id: string;
  status: string;
  total: number;
  queued: number;
  dry_run: boolean;
}

export interface SettledEvent {
  id: string;
  type: string;
  timestamp: string;
  version: number;
  subject?: string;
  data: Record<string, unknown>;
}

export interface Connector {
  id: string;
  name: string;
  kind: string;
  hook_path: string;
  api_url?: string;
  institution_account?: string;
  order_max?: string | null;
  day_max?: string | null;
  paused_by?: string;
  pause_reason?: string;
  paused_until?: string | null;
  failing?: boolean;
  signing_key?: {uri: string; custody: string; fingerprint: string | null};
  retention_days: number;
  created_at: string;
}

export interface Webhook {
  id: string;
  connector_id: string;
  type: string;
  status: string;
  received_at: string;
  body?: string | null;
}

export interface EntrySum {
  count: number;
  amount: Amount;
}

export interface Statement {
  id: string;
  status: string;
  kind: string;
  format: string;
  account: string;
  number: string;
  from: string;
  to: string;
  currency: string;
  opening_balance: Amount | null;
  closing_balance: Amount | null;
  credits: EntrySum;
  debits: EntrySum;
  entries_loaded: number;
  entries_examined: number;
  created_at: string;
  reconciled_at: string | null;
  reconciliation?: Record<string, unknown> & {holds: boolean; balance_difference: Amount | null};
}

export interface ImportedFile {
  data: {account: string; outcome: string; statement: Statement | null; problem: {code: string; detail: string} | null}[];
  imported: number;
  already_imported: number;
  account_unknown: number;
  refused: number;
}

export interface StatementEntry {
  number: number;
  verdict: string;
  booked_on: string;
  direction: string;
  amount: Amount;
  end_to_end_id: string;
  remittance: string;
  counterparty: MaskedParty;
  settlement_id: string | null;
  linked_by: string;
}

export interface Survival {
  survives: unknown;
  absent: number;
  altered: number;
}

export interface Profile {
  id: string;
  institution: string;
  scheme: string;
  receiver: string;
  matches: number;
  identifiers: Record<string, Survival>;
  reference: {length_max: number | null; case: string; prefix: string; suffix: string};
  latency_us: {p50: number | null; p99: number | null; p999: number | null};
  updated_at: string;
}

export interface RuleSet {
  account: string;
  version: number;
  created_at: string;
  rules: {
    name: string;
    ranks: Record<string, string>;
    windows_hours: Record<string, number>;
    overdue_hours: Record<string, number>;
    parts_max: number;
  };
}

export interface DifferenceSum {
  settlements: number;
  by_rank: Record<string, number>;
  amounts: Amount[];
}

interface RepeatedMatch {
  payment_id: string;
  client_id: string;
  rank: number;
}

export interface WhatIf {
  from: string;
  to: string;
  facts: number;
  decisions_void: number;
  settlements: number;
  unchanged: number;
  matched: {before: number; after: number};
  ambiguous: {before: number; after: number};
  differences: Record<string, DifferenceSum>;
  changes: {difference: string; settlement_id: string; amount: Amount; before: RepeatedMatch[]; after: RepeatedMatch[]}[];
  changes_not_shown: number;
}

export interface ApiKey {
  id: string;
  name: string;
  hint: string;
  scopes: string[];
  created_at: string;
  revoked_at: string | null;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface MoneySum {
  count: number;
  value: string;
}

export interface AttentionItem {
  check: string;
  state: string;
  subject: string;
  sentence: string;
  cause: string;
  command: string | null;
  docs: string;
}

export interface Status {
  state: string;
  version: string;
  tenant: string;
  as_of: string;
  store: {engine: string; can_commit: boolean; reason: string; last_backup_at: string | null; bytes?: number; free_bytes?: number | null} | null;
  nodes: {id: number; instance: string; host: string; roles: string[]; started_at: string; seen_at: string | null; lease_until: string; state: string}[] | null;
  connectors: {name: string; kind: string; last_webhook_at: string | null; calls_waiting: number}[] | null;
  endpoints: {active: number; failing: number; paused: number; disabled: number} | null;
  backlog: {deliveries: number; oldest_at: string | null; dead: number; tasks: number} | null;
  reviews: {open: number; oldest_at: string | null; by_kind: Record<string, number>};
  money: {currency: string; expected: MoneySum; unmatched: MoneySum; overdue: MoneySum; in_review: MoneySum}[];
  calls: {held: boolean | null; in_doubt: number | null};
  expiring: {kind: string; id: string; name: string; expires_at: string}[] | null;
  attention: AttentionItem[];
  counted_to: number;
}
