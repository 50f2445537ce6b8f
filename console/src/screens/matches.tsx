// Matches: which settlement was matched to which payment, by which rule, on what evidence.

import {useState} from 'preact/hooks';
import type {Match} from '../api/types.ts';
import {base} from '../app/router.ts';
import {Chips, Head, Section} from '../ui/blocks.tsx';
import {History} from '../ui/history.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {MatchFacts, UndoMatch} from '../ui/match.tsx';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Actor, Age, Id, Money, Pill} from '../ui/values.tsx';

const columns: Column<Match>[] = [
  {title: 'Match', cell: row => <span class="id">{row.id}</span>},
  {title: 'State', cell: row => row.ended_at ? <Pill token="returned" label="undone" /> : <Pill token="matched" />},
  {title: 'Amount', end: true, cell: row => <Money amount={row.amount} />},
  {title: 'Rank', cell: row => <>{row.rank} <span class="quiet">{row.rule}</span></>},
  {title: 'Payment', cell: row => <Id id={row.payment_id} short />, rank: 2},
  {title: 'Settlement', cell: row => <Id id={row.settlement_id} short />, rank: 2},
  {title: 'Agreed', cell: row => <Chips items={row.evidence.agreed} />, rank: 3},
  {title: 'By', cell: row => <Actor actor={row.actor} />, rank: 3},
  {title: 'Matched', end: true, cell: row => <Age at={row.matched_at} />},
];

export function MatchList() {
  const pages = usePages<Match>('/v1/matches');
  return (
    <>
      <Head title="Matches" tab="Matches" />
      <List caption="Matches" pages={pages} columns={columns} keyOf={row => row.id} pathOf={row => `/matches/${row.id}`}
        empty={<Empty title="Nothing was matched yet." command="settled trigger settlement">
          A settlement is matched when exactly one registered payment fits it.</Empty>} />
    </>
  );
}

export function MatchItem({id}: {id: string}) {
  const loaded = useGet<Match>(`/v1/matches/${id}`);
  const [version, setVersion] = useState(0);
  return (
    <Ready of={loaded}>
      {match => (
        <>
          <Head tab={match.id} above={<a href={`${base}/matches`}>Matches</a>} title={<><Money amount={match.amount} />{' '}
            <span class="head-name">rank {match.rank}, {match.rule}</span></>}
            status={match.ended_at ? <Pill token="returned" label="undone" /> : <Pill token="matched" />}>
            {match.ended_at ? null : <UndoMatch match={match} onDone={() => { loaded.reload(); setVersion(version + 1); }} />}
          </Head>
          <div class="columns">
            <div><History id={match.id} version={version} /></div>
            <div><Section title="Evidence"><MatchFacts match={match} /></Section></div>
          </div>
        </>
      )}
    </Ready>
  );
}
