// The overview: what wants attention, money by currency, and how each part fares. Each number leads to its list.

import type {Amount, AttentionItem, Status} from '../api/types.ts';
import {useMay} from '../app/session.tsx';
import {base, setQuery, useRoute} from '../app/router.ts';
import {count, sentenceCase, words} from '../format/words.ts';
import {Head, Section} from '../ui/blocks.tsx';
import {ChartCard, ChartSpans, useChartSpan, type Series} from '../ui/chart.tsx';
import {useGet} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {Table, type Column} from '../ui/table.tsx';
import {Age, Command, Money} from '../ui/values.tsx';

interface Listed {
  count: number;
  list: string;
}

interface ListedSum extends Listed {
  amount: Amount;
}

const figures = ['settled', 'expected', 'partially_settled', 'overdue', 'unmatched', 'in_review'] as const;

type Figures = Record<typeof figures[number], ListedSum> & {currency: string};

export interface OverviewAnswer {
  state: string;
  as_of: string;
  money: Figures[];
  reviews: Listed & {oldest_at: string | null; by_kind: Record<string, number>};
  deliveries: {queued: Listed; oldest_at: string | null; dead: Listed} | null;
  orders: {in_doubt: Listed} | null;
  endpoints: {active: number; failing: number; paused: number; disabled: number} | null;
  connectors: NonNullable<Status['connectors']> | null;
  attention: AttentionItem[];
}

const everySeconds = 15;
const spans: Record<string, {label: string; days: number; back: number}> = {
  today: {label: 'Today', days: 1, back: 0},
  yesterday: {label: 'Yesterday', days: 1, back: 1},
  week: {label: '7 days', days: 7, back: 6},
};

export function Overview() {
  const chosen = useRoute().query.get('span') ?? 'today';
  const loaded = useGet<OverviewAnswer>('/v1/overview', timesOf(chosen), everySeconds);
  return (
    <>
      <Head title="Overview" tab="Overview">
        <div class="tabs" role="group" aria-label="Settled in">
          {Object.entries(spans).map(([name, {label}]) => (
            <button key={name} type="button" aria-pressed={name === chosen}
              onClick={() => setQuery({span: name === 'today' ? undefined : name})}>{label}</button>
          ))}
        </div>
      </Head>
      <Ready of={loaded} lines={12}>
        {overview => (
          <>
            <Attention items={overview.attention} />
            <MoneyFigures overview={overview} label={spans[chosen]?.label ?? chosen} />
            <Charts />
            <div class="overview-parts"><Parts overview={overview} /></div>
          </>
        )}
      </Ready>
    </>
  );
}

function timesOf(chosen: string): {from?: string; to?: string} {
  const range = spans[chosen];
  if (!range || range.back === 0) return {};
  const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
  return {from: day(range.back), to: day(range.back - range.days)};
}

function Attention({items}: {items: readonly AttentionItem[]}) {
  if (items.length === 0) return null;
  return (
    <section class="attention" aria-label="What wants attention">
      <ul>
        {items.map(item => (
          <li key={`${item.check} ${item.subject}`} class={`attention-item ${item.state === 'failed' ? 'bad' : 'warn'}`}>
            <div><p class="attention-what">{sentenceCase(item.sentence)}</p><p class="second">{sentenceCase(item.cause)}</p></div>
            {item.command ? <Command>{item.command}</Command> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The page of a list of the API. */
function pageOf(list: string): string {
  return base + list.replace(/^\/v1/, '');
}

const names: Record<typeof figures[number], string> = {
  settled: 'Settled', expected: 'Expected', partially_settled: 'Still to come', overdue: 'Overdue', unmatched: 'Unmatched',
  in_review: 'In review',
};
const things: Record<typeof figures[number], string> = {
  settled: 'settlement', expected: 'payment', partially_settled: 'payment in parts', overdue: 'payment', unmatched: 'settlement',
  in_review: 'settlement',
};

function MoneyFigures({overview, label}: {overview: OverviewAnswer; label: string}) {
  if (overview.money.length === 0) {
    return <Section title="Money"><Empty title="No money is expected, and none has arrived." command="settled trigger settlement">
      Register a payment with POST /v1/payments, or let the sandbox do it.</Empty></Section>;
  }
  return (
    <>
      {overview.money.map(one => (
        <section key={one.currency} class="figures" aria-label={one.currency}>
          {figures.map(name => (
            <a key={name} class={`figure ${warns(name, one[name].count)}`} href={pageOf(one[name].list)}>
              <span class="figure-name">{names[name]}{name === 'settled' ? ` · ${label.toLowerCase()}` : ''}</span>
              <Money amount={one[name].amount} />
              <span class="figure-count">{counted(one[name].count, things[name])}</span>
            </a>
          ))}
        </section>
      ))}
    </>
  );
}

function warns(name: typeof figures[number], number: number): string {
  return number > 0 && (name === 'overdue' || name === 'unmatched' || name === 'in_review') ? 'warn' : '';
}

function counted(number: number, thing: string): string {
  return thing === 'payment in parts' ? count(number, thing, 'payments in parts') : count(number, thing);
}

const whole = (value: number) => value.toLocaleString('en-GB');

/** "20 ms", "1.5 s", "2 min", "6 h". */
function milliseconds(value: number): string {
  if (value < 1000) return `${value} ms`;
  if (value < 60_000) return `${value / 1000} s`;
  return value < 3_600_000 ? `${value / 60_000} min` : `${value / 3_600_000} h`;
}

/** The last known value of the median. */
function latest(lines: Series['lines']): string {
  const known = (lines[0]?.values ?? []).filter(value => value !== null);
  return known.length > 0 ? milliseconds(known.at(-1)!) : '';
}

function Charts() {
  const span = useChartSpan();
  return (
    <section aria-label="Charts">
      <div class="charts-head"><ChartSpans chosen={span} /></div>
      <div class="charts">
        <ChartCard title="Webhooks" span={span} metric="webhooks" write={whole} />
        <ChartCard title="Matches by rule" span={span} metric="matches_by_rank" write={whole} />
        <ChartCard title="Attempts to deliver" span={span} metric="deliveries" write={whole} />
        <ChartCard title="Time to notify partners" span={span} metric="told_p50" also="told_p99" write={milliseconds} total={latest} />
      </div>
    </section>
  );
}

type ConnectorRow = NonNullable<Status['connectors']>[number];

const connectorColumns: Column<ConnectorRow>[] = [
  {title: 'Connector', cell: row => <strong>{row.name}</strong>},
  {title: 'Kind', cell: row => row.kind, rank: 3},
  {title: 'Last webhook', end: true, cell: row => <Age at={row.last_webhook_at} />},
  {title: 'Waiting calls', end: true, cell: row => <span class="num">{row.calls_waiting}</span>},
];

function Parts({overview}: {overview: OverviewAnswer}) {
  const may = useMay();
  const {reviews, deliveries, endpoints, connectors, orders} = overview;
  return (
    <>
      <Section title="Reviews" note={reviews.oldest_at ? <>oldest <Age at={reviews.oldest_at} /></> : null}
        actions={<a href={pageOf(reviews.list)}>{count(reviews.count, 'open review')}</a>}>
        {reviews.count === 0 ? <Empty title="No review is open." /> : (
          <ul class="bars">{Object.entries(reviews.by_kind).sort((one, other) => other[1] - one[1]).map(([kind, number]) => (
            <li key={kind}><a href={`${base}/reviews?kind=${kind}`}>{words(kind)}</a>
              <meter min={0} max={reviews.count} value={number} aria-hidden="true" /><span class="num">{number}</span></li>
          ))}</ul>
        )}
      </Section>
      {deliveries ? (
        <Section title="Deliveries" note={deliveries.oldest_at ? <>oldest <Age at={deliveries.oldest_at} /></> : null}>
          <dl class="counts">
            <Counted name="owed" of={deliveries.queued} /><Counted name="dead" of={deliveries.dead} bad />
            {orders ? <Counted name="orders in doubt" of={orders.in_doubt} bad /> : null}
          </dl>
        </Section>
      ) : null}
      {endpoints ? (
        <Section title="Endpoints" actions={<a href={`${base}/endpoints`}>All endpoints</a>}>
          <dl class="counts">
            <div><dt>active</dt><dd class="num">{endpoints.active}</dd></div>
            <div class={endpoints.failing ? 'bad' : ''}><dt>failing</dt><dd class="num">{endpoints.failing}</dd></div>
            <div><dt>paused</dt><dd class="num">{endpoints.paused}</dd></div>
            <div><dt>disabled</dt><dd class="num">{endpoints.disabled}</dd></div>
          </dl>
        </Section>
      ) : null}
      {connectors ? (
        <Section title="Connectors" flush>
          {connectors.length === 0 ? <Empty title="No connector is configured." command="settled connectors add NAME --kind clearbank" />
            : <Table caption="Connectors" rows={connectors} columns={connectorColumns} keyOf={row => row.name}
              pathOf={row => `/connectors/${row.name}`} />}
        </Section>
      ) : null}
      {may('admin') ? <Expiring /> : null}
    </>
  );
}

function Counted({name, of, bad}: {name: string; of: Listed; bad?: boolean}) {
  return <div class={bad && of.count ? 'bad' : ''}><dt>{name}</dt><dd class="num"><a href={pageOf(of.list)}>{of.count.toLocaleString('en-GB')}</a></dd></div>;
}

/** API keys that end within a month. */
function Expiring() {
  const soon = useGet<Status>('/v1/status').data?.expiring ?? [];
  if (soon.length === 0) return null;
  return (
    <Section title="Ending soon" actions={<a href={`${base}/keys`}>All keys</a>}>
      <ul class="lines">{soon.map(one => <li key={one.id}><span>{words(one.kind)} <strong>{one.name || one.id}</strong></span><Age at={one.expires_at} /></li>)}</ul>
    </Section>
  );
}
