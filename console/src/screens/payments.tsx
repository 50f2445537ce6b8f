// Payments: what is expected to settle, and of each what became of it.

import {useState} from 'preact/hooks';
import type {Payment} from '../api/types.ts';
import {base} from '../app/router.ts';
import {useMay} from '../app/session.tsx';
import {sameValue} from '../format/money.ts';
import {Choice, Facts, Filters, Head, OtherFilters, Section, Word} from '../ui/blocks.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {MatchFacts, UndoMatch} from '../ui/match.tsx';
import {Reveal} from '../ui/reveal.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, Id, Money, PartyName, Pill, Text, Time} from '../ui/values.tsx';
import {Why} from '../ui/why.tsx';

const statuses = ['expected', 'settled', 'partially_settled', 'overdue', 'returned', 'cancelled'];

const columns: Column<Payment>[] = [
  {title: 'Payment', cell: row => <strong class="break">{row.client_id}</strong>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Amount', end: true, cell: row => <Money amount={row.amount} />},
  {title: 'Reference', cell: row => <Text>{row.reference}</Text>},
  {title: 'Payer', cell: row => <Text>{row.payer.name}</Text>, rank: 2},
  {title: 'Institution', cell: row => <Text>{row.institution_id}</Text>, rank: 3},
  {title: 'Scheme', cell: row => <Text>{row.scheme}</Text>, rank: 3},
  {title: 'Registered', end: true, cell: row => <Age at={row.registered_at} />},
];

export function PaymentList() {
  const filters = useFilters(['status', 'currency', 'reference', 'payer', 'institution', 'account']);
  const pages = usePages<Payment>('/v1/payments', filters);
  return (
    <>
      <Head title="Payments" tab="Payments" />
      <Filters>
        <Choice name="status" label="Status" options={statuses} />
        <Word name="currency" label="Currency" placeholder="GBP" />
        <Word name="reference" label="Reference" />
        <Word name="payer" label="Payer" />
        <Word name="institution" label="Institution" />
        <OtherFilters filters={filters} shown={['status', 'currency', 'reference', 'payer', 'institution']} />
      </Filters>
      <List caption="Payments" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/payments/${row.id}`}
        empty={isFiltered(filters) ? <Empty title="No payment matches these filters.">Change the filters above.</Empty> : (
          <Empty title="No payment is registered yet." command="settled trigger settlement">
            Register one with POST /v1/payments, or have the sandbox make one.</Empty>
        )} />
    </>
  );
}

export function PaymentItem({id}: {id: string}) {
  const loaded = useGet<Payment>(`/v1/payments/${encodeURIComponent(id)}`);
  const [version, setVersion] = useState(0);
  const [revealed, setRevealed] = useState<Payment>();
  const may = useMay();
  return (
    <Ready of={loaded}>
      {stored => {
        const payment = revealed ?? stored;
        return (
          <>
            <Head tab={payment.client_id} above={<a href={`${base}/payments`}>Payments</a>} status={<Pill token={payment.status} />}
              title={<><Money amount={payment.amount} /> <span class="head-name break">{payment.client_id}</span></>}>
              {payment.match && !payment.match.ended_at ? <UndoMatch match={payment.match}
                onDone={() => { loaded.reload(); setVersion(version + 1); }} /> : null}
            </Head>
            <div class="columns">
              <div>
                <History id={payment.id} version={version} />
                {may('settlements:read') ? <Section title="Why"><Why key={version} of={{kind: 'payments', id: payment.id}} /></Section> : null}
              </div>
              <div>
                <Section title="Payment" actions={<Reveal subject={payment.id}
                  onShown={object => setRevealed(object as unknown as Payment)} />}><PaymentFacts payment={payment} /></Section>
                {payment.match ? <Section title="Match"><MatchFacts match={payment.match} /></Section> : null}
              </div>
            </div>
          </>
        );
      }}
    </Ready>
  );
}

function PaymentFacts({payment}: {payment: Payment}) {
  return (
    <Facts facts={[
      ['id', <><span class="id">{payment.id}</span><Copy text={payment.id} label="the id" /></>],
      ['client id', <><span class="break">{payment.client_id}</span><Copy text={payment.client_id} label="the client id" /></>],
      !sameValue(payment.settled.value, payment.amount.value) && ['arrived so far', <Money amount={payment.settled} />],
      ['reference', <Text>{payment.reference}</Text>],
      ['end-to-end id', <Text>{payment.end_to_end_id}</Text>],
      ['payer', <PartyName party={payment.payer} />],
      ['payee', <PartyName party={payment.payee} />],
      ['institution', <Text>{payment.institution_id}</Text>],
      ['scheme', <Text>{payment.scheme}</Text>],
      ['created', <Time at={payment.created_at} />],
      ['registered', <Time at={payment.registered_at} />],
      payment.settlement && ['settlement', <Id id={payment.settlement.id} />],
    ]} />
  );
}
