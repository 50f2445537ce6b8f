// Settlements: money that the bank says has moved, and what it was matched to.

import {useState} from 'preact/hooks';
import type {Settlement} from '../api/types.ts';
import {useKeys} from '../app/keys.ts';
import {base, navigate, setQuery, useRoute} from '../app/router.ts';
import {useMay} from '../app/session.tsx';
import {Choice, Facts, Filters, Head, OtherFilters, Section, Word} from '../ui/blocks.tsx';
import {DecisionDialog} from '../ui/decision.tsx';
import {isFiltered, useFilters} from '../ui/filters.ts';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {MatchByHand, MatchFacts, UndoMatch} from '../ui/match.tsx';
import {RawWebhook} from '../ui/messages.tsx';
import {Reveal} from '../ui/reveal.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Account, Age, Copy, Id, Money, PartyName, Pill, Text, Time} from '../ui/values.tsx';
import {Why} from '../ui/why.tsx';

const statuses = ['unmatched', 'matched', 'ambiguous', 'reversed', 'rejected'];

const columns: Column<Settlement>[] = [
  {title: 'Settlement', cell: row => <span class="id">{row.id}</span>},
  {title: 'Status', cell: row => <Pill token={row.status} />},
  {title: 'Amount', end: true, cell: row => <Money amount={row.amount} />},
  {title: 'Reference', cell: row => <Text>{row.reference}</Text>},
  {title: 'Counterparty', cell: row => <Text>{row.counterparty.name}</Text>, rank: 2},
  {title: 'Account', cell: row => <Account party={row.account} />, rank: 3},
  {title: 'Scheme', cell: row => <Text>{row.scheme}</Text>, rank: 3},
  {title: 'Received', end: true, cell: row => <Age at={row.received_at} />},
];

export function SettlementList() {
  const filters = useFilters(['status', 'suggested', 'currency', 'reference', 'payer', 'transaction_id', 'account',
    'since', 'until']);
  const pages = usePages<Settlement>('/v1/settlements', filters);
  return (
    <>
      <Head title="Settlements" tab="Settlements" />
      <Filters>
        <Choice name="status" label="Status" options={statuses} />
        <Word name="currency" label="Currency" placeholder="GBP" />
        <Word name="reference" label="Reference" />
        <Word name="payer" label="Payer" />
        <Suggested />
        <OtherFilters filters={filters} shown={['status', 'suggested', 'currency', 'reference', 'payer']} />
      </Filters>
      <List caption="Settlements" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/settlements/${row.id}`}
        empty={isFiltered(filters) ? <Empty title="No settlement matches these filters.">Change the filters above.</Empty> : (
          <Empty title="No money has arrived yet." command="settled trigger settlement">
            A settlement is recorded when the bank's webhook arrives; the sandbox can send one.</Empty>
        )} />
    </>
  );
}

/** Of the unmatched ones, those for which a review suggests payments. */
function Suggested() {
  const {query} = useRoute();
  if (query.get('status') !== 'unmatched') return null;
  return (
    <label class="check"><input type="checkbox" checked={query.get('suggested') === 'true'}
      onChange={event => setQuery({suggested: event.currentTarget.checked ? 'true' : undefined})} /> with a suggestion</label>
  );
}

export function SettlementItem({id}: {id: string}) {
  const loaded = useGet<Settlement>(`/v1/settlements/${encodeURIComponent(id)}`);
  const [version, setVersion] = useState(0);
  const [revealed, setRevealed] = useState<Settlement>();
  const may = useMay();
  const done = () => { loaded.reload(); setVersion(version + 1); };
  return (
    <Ready of={loaded}>
      {stored => {
        const settlement = revealed ?? stored;
        return (
          <>
            <Head tab={settlement.id} above={<a href={`${base}/settlements`}>Settlements</a>}
              status={<Pill token={stored.status} />}
              title={<><Money amount={settlement.amount} /> <span class="head-name break">{settlement.counterparty.name}</span></>}>
              <Actions settlement={stored} onDone={done} />
            </Head>
            <div class="columns">
              <div>
                <History id={settlement.id} version={version} />
                <Section title="Why"><Why key={version} of={{kind: 'settlements', id: settlement.id}} /></Section>
                {settlement.webhook_id && may('webhooks:read')
                  ? <Section title="Raw message"><RawWebhook id={settlement.webhook_id} /></Section> : null}
              </div>
              <div>
                <Section title="Settlement" actions={<Reveal subject={settlement.id}
                  onShown={object => setRevealed(object as unknown as Settlement)} />}><SettlementFacts settlement={settlement} /></Section>
                {stored.match ? <Section title="Match"><MatchFacts match={stored.match} /></Section> : null}
              </div>
            </div>
          </>
        );
      }}
    </Ready>
  );
}

function Actions({settlement, onDone}: {settlement: Settlement; onDone: () => void}) {
  const {status, review_id: review, match} = settlement;
  const waits = status === 'unmatched' || status === 'ambiguous';
  return (
    <>
      {review ? <OpenReview id={review} /> : null}
      {match && !match.ended_at ? <UndoMatch match={match} onDone={onDone} /> : null}
      {waits ? <MatchByHand settlementId={settlement.id} onDone={onDone} /> : null}
      {waits ? <RejectSettlement id={settlement.id} onDone={onDone} /> : null}
    </>
  );
}

function OpenReview({id}: {id: string}) {
  useKeys({a: () => navigate(`/reviews/${id}`)});
  return <a class="button primary" href={`${base}/reviews/${id}`}>Decide in review <kbd>a</kbd></a>;
}

function RejectSettlement({id, onDone}: {id: string; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const allowed = may('settlements:write');
  useKeys(allowed ? {r: () => setOpen(true)} : {});
  if (!allowed) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>Reject <kbd>r</kbd></button>
      {open ? (
        <DecisionDialog title="Reject the settlement" verb="Reject" danger path={`/v1/settlements/${id}/reject`} body={{}} checks
          onClose={() => setOpen(false)} onDone={() => { setOpen(false); onDone(); }}>
          <p class="second">The settlement pays none of your payments, and settled no longer looks for a payment that fits it.</p>
        </DecisionDialog>
      ) : null}
    </>
  );
}

function SettlementFacts({settlement}: {settlement: Settlement}) {
  return (
    <Facts facts={[
      ['id', <><span class="id">{settlement.id}</span><Copy text={settlement.id} label="the id" /></>],
      ["bank's transaction", <><span class="id break">{settlement.transaction_id}</span>
        <Copy text={settlement.transaction_id} label="the transaction id" /></>],
      ['reference', <Text>{settlement.reference}</Text>],
      ['end-to-end id', <Text>{settlement.end_to_end_id}</Text>],
      ['counterparty', <PartyName party={settlement.counterparty} />],
      ['account', <Account party={settlement.account} />],
      ['scheme', <Text>{settlement.scheme}</Text>],
      ['settled', <Time at={settlement.settled_at} />],
      ['received', <Time at={settlement.received_at} />],
      settlement.webhook_id && ['webhook', <Id id={settlement.webhook_id} />],
      settlement.review_id && ['review', <Id id={settlement.review_id} />],
    ]} />
  );
}
