// Statements: the bank's account of a time, held against what is known here.

import type {EntrySum, Statement, StatementEntry} from '../api/types.ts';
import {base, useRoute} from '../app/router.ts';
import {accountText} from '../format/mask.ts';
import {dayOf} from '../format/time.ts';
import {count, words} from '../format/words.ts';
import {Import} from '../statements/import.tsx';
import {Choice, Facts, Filters, Head, Section} from '../ui/blocks.tsx';
import {useFilters} from '../ui/filters.ts';
import {useGet, usePages} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, Id, Money, None, Pill, Text} from '../ui/values.tsx';

const columns: Column<Statement>[] = [
  {title: 'Account', cell: row => <span class="id">{accountText(row.account)}</span>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Days', cell: row => row.from === row.to ? dayOf(row.from) : `${dayOf(row.from)} to ${dayOf(row.to)}`},
  {title: 'Number', cell: row => <Text>{row.number}</Text>, rank: 2},
  {title: 'Credits', end: true, cell: row => <Sum of={row.credits} />},
  {title: 'Debits', end: true, cell: row => <Sum of={row.debits} />, rank: 2},
  {title: 'Closing balance', end: true, cell: row => row.closing_balance ? <Money amount={row.closing_balance} /> : <None />, rank: 3},
  {title: 'Loaded', end: true, cell: row => <Age at={row.created_at} />, rank: 2},
];

function Sum({of}: {of: EntrySum}) {
  return <><Money amount={of.amount} /> <span class="quiet num">({of.count})</span></>;
}

export function StatementList() {
  const pages = usePages<Statement>('/v1/statements');
  return (
    <>
      <Head title="Statements" tab="Statements" />
      <Import onDone={pages.reload} />
      <List caption="Statements" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/statements/${row.id}`}
        empty={<Empty title="No statement has been imported yet." command="settled import FILE">
          A statement from the bank (camt.053, MT940, CSV) shows whether any settlement is missing.</Empty>} />
    </>
  );
}

const verdicts = ['linked', 'missing_webhook', 'ambiguous', 'amount_differs', 'not_followed', 'pending'];

const entryColumns: Column<StatementEntry>[] = [
  {title: 'Entry', cell: row => <span class="num">{row.number}</span>},
  {title: 'Verdict', cell: row => <Pill token={row.verdict} />},
  {title: 'Amount', end: true, cell: row => <><Money amount={row.amount} /> <span class="quiet">{row.direction}</span></>},
  {title: 'Booked', cell: row => <span class="nowrap">{dayOf(row.booked_on)}</span>},
  {title: 'Text', cell: row => <Text>{row.remittance}</Text>, rank: 2},
  {title: 'Counterparty', cell: row => <Text>{row.counterparty.name}</Text>, rank: 3},
  {title: 'Settlement', cell: row => <><Id id={row.settlement_id} short />{row.linked_by
    ? <> <span class="quiet">by {words(row.linked_by)}</span></> : null}</>},
];

export function StatementItem({id}: {id: string}) {
  const loaded = useGet<Statement>(`/v1/statements/${id}`);
  const verdict = useRoute().query.get('verdict');
  const entries = usePages<StatementEntry>(`/v1/statements/${id}/entries`, useFilters(['verdict']));
  return (
    <Ready of={loaded}>
      {statement => {
        const result = statement.reconciliation;
        return (
          <>
            <Head tab={`Statement ${statement.number}`} above={<a href={`${base}/statements`}>Statements</a>}
              status={result ? <Pill token={result.holds ? 'reconciled' : 'attention'} label={result.holds ? 'reconciled' : 'does not reconcile'} />
                : <Pill token={statement.status} />}
              title={<>{dayOf(statement.from)} <span class="head-name id">{accountText(statement.account)}</span></>} />
            {result ? <div class="figures">{verdicts.map(one => {
              const sum = result[one] as EntrySum | undefined;
              return sum ? (
                <a key={one} class="figure" href={`${base}/statements/${id}?verdict=${one}`} aria-current={one === verdict ? 'true' : undefined}>
                  <span class="figure-name">{words(one)}</span><Money amount={sum.amount} />
                  <span class="figure-count">{count(sum.count, 'entry', 'entries')}</span></a>
              ) : null;
            })}</div> : null}
            <div class="columns">
              <div>
                <Section title="Entries" flush actions={<Filters><Choice name="verdict" label="Verdict" options={verdicts} /></Filters>}>
                  <List caption="Entries" pages={entries} columns={entryColumns} keyOf={row => String(row.number)}
                    empty={<Empty title="No entry has this verdict." />} /></Section>
              </div>
              <div>
                <Section title="Statement"><Facts facts={[
                  ['id', <><span class="id">{statement.id}</span><Copy text={statement.id} label="the id" /></>],
                  ['number', <Text>{statement.number}</Text>],
                  ['format', statement.format],
                  ['opening balance', statement.opening_balance ? <Money amount={statement.opening_balance} /> : <None />],
                  ['closing balance', statement.closing_balance ? <Money amount={statement.closing_balance} /> : <None />],
                  result?.balance_difference ? ['balances differ by', <Money amount={result.balance_difference} />] : null,
                  ['credits', <Sum of={statement.credits} />],
                  ['debits', <Sum of={statement.debits} />],
                  ['loaded', <Age at={statement.created_at} />],
                  ['reconciled', <Age at={statement.reconciled_at} />],
                ]} /></Section>
              </div>
            </div>
          </>
        );
      }}
    </Ready>
  );
}
