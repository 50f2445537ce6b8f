// Orders: payments out, and of each what the bank said.

import {useState} from 'preact/hooks';
import type {CallSummary, Order} from '../api/types.ts';
import {base} from '../app/router.ts';
import {words} from '../format/words.ts';
import {Choice, Facts, Filters, Head, Section} from '../ui/blocks.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Outcome} from '../ui/raw.tsx';
import {Reveal} from '../ui/reveal.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, Table, type Column} from '../ui/table.tsx';
import {Age, Copy, Id, Money, PartyName, Pill, Text, Time} from '../ui/values.tsx';

const statuses = ['queued', 'submitted', 'held', 'settled', 'rejected', 'returned', 'in_doubt', 'needs_review', 'cancelled'];

const columns: Column<Order>[] = [
  {title: 'Order', cell: row => <strong class="break">{row.client_id}</strong>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Amount', end: true, cell: row => <Money amount={row.amount} />},
  {title: 'Creditor', cell: row => <Text>{row.creditor.name}</Text>},
  {title: 'Reference', cell: row => <Text>{row.reference}</Text>, rank: 2},
  {title: 'Connector', cell: row => <Text>{row.connector}</Text>, rank: 3},
  {title: 'Scheme', cell: row => row.scheme.toUpperCase(), rank: 3},
  {title: 'Reason', cell: row => <Text>{row.reason}</Text>, rank: 3},
  {title: 'Made', end: true, cell: row => <Age at={row.created_at} />},
];

export function OrderList() {
  const filters = useFilters(['status']);
  const pages = usePages<Order>('/v1/orders', filters);
  return (
    <>
      <Head title="Orders" tab="Orders" />
      <Filters><Choice name="status" label="Status" options={statuses} /></Filters>
      <List caption="Orders" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/orders/${row.id}`}
        empty={isFiltered(filters) ? <Empty title="No order has this status.">Change the filter above.</Empty> : (
          <Empty title="Nothing was ordered yet." command="settled trigger order">
            Order a payment with POST /v1/orders, or have the sandbox make one.</Empty>
        )} />
    </>
  );
}

export function OrderItem({id}: {id: string}) {
  const loaded = useGet<Order>(`/v1/orders/${encodeURIComponent(id)}`);
  const [revealed, setRevealed] = useState<Order>();
  return (
    <Ready of={loaded}>
      {order => (
        <>
          <Head tab={order.client_id} above={<a href={`${base}/orders`}>Orders</a>} status={<Pill token={order.status} />}
            title={<><Money amount={order.amount} /> <span class="head-name break">{order.client_id}</span></>} />
          {order.reason ? <p class="lead">{order.reason}{order.reason_code ? <> <code>{order.reason_code}</code></> : null}
            {order.advice !== 'none' ? <> · advice: {words(order.advice)}</> : null}</p> : null}
          <div class="columns">
            <div>
              <History id={order.id} />
              <Section title="Calls to the bank" flush><Calls calls={order.calls ?? []} /></Section>
            </div>
            <div><Section title="Order" actions={<Reveal subject={order.id}
              onShown={object => setRevealed(object as unknown as Order)} />}><OrderFacts order={revealed ?? order} /></Section></div>
          </div>
        </>
      )}
    </Ready>
  );
}

function OrderFacts({order}: {order: Order}) {
  return (
    <Facts facts={[
      ['id', <><span class="id">{order.id}</span><Copy text={order.id} label="the id" /></>],
      ['client id', <span class="break">{order.client_id}</span>],
      ['creditor', <PartyName party={order.creditor} />],
      ['debtor', <PartyName party={order.debtor} />],
      ['reference', <Text>{order.reference}</Text>],
      ['end-to-end id', <Text>{order.end_to_end_id}</Text>],
      ["bank's transaction", <Text>{order.transaction_id}</Text>],
      ['scheme', order.scheme.toUpperCase()],
      ['connector', <Text>{order.connector}</Text>],
      order.loan_account_id ? ['loan', <Text>{order.loan_account_id}</Text>] : null,
      ['made by', <Id id={order.made_by} />],
      ['made', <Time at={order.created_at} />],
      ['changed', <Time at={order.updated_at} />],
    ]} />
  );
}

const callColumns: Column<CallSummary>[] = [
  {title: 'Call', cell: row => words(row.purpose)},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Tries', end: true, cell: row => row.tries},
  {title: 'Reply', cell: row => <Outcome outcome={row.reply_class} status={row.http_status} />},
];

export function Calls({calls}: {calls: readonly CallSummary[]}) {
  if (calls.length === 0) return <Empty title="No call was made for it." />;
  return <Table caption="Calls" rows={calls} columns={callColumns} keyOf={row => row.id} pathOf={row => `/timeline/${row.id}`} />;
}
