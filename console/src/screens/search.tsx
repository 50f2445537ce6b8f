// Search. The word stands in the fragment of the address and in the body of the call, and so in no server's log.

import {useEffect, useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import type {Amount} from '../api/types.ts';
import {announce} from '../app/announce.tsx';
import {useRoute} from '../app/router.ts';
import {pathOf} from '../format/ids.ts';
import {count, sentenceCase, words} from '../format/words.ts';
import {Head, Section} from '../ui/blocks.tsx';
import {asProblem} from '../ui/load.ts';
import {Empty, Refused, Skeleton} from '../ui/states.tsx';
import {Table, type Column} from '../ui/table.tsx';
import {Age, Money, None, Pill} from '../ui/values.tsx';

interface Found {
  kind: string;
  id: string;
  client_id: string | null;
  matched_on: string;
  exact: boolean;
  amount: Amount | null;
  status: string | null;
  at: string;
  sentence: string;
}

interface Answer {
  data: Found[];
  more: string[];
}

const lengthMin = 3;

const columns: Column<Found>[] = [
  {title: 'Found', cell: row => <strong class="break">{row.client_id || row.id}</strong>},
  {title: 'Status', cell: row => row.status ? <Pill token={row.status} /> : <None />},
  {title: 'Amount', end: true, cell: row => row.amount ? <Money amount={row.amount} /> : <None />},
  {title: 'By', cell: row => <>{words(row.matched_on)} {row.exact ? null : <span class="quiet">begins so</span>}</>},
  {title: 'What it is', cell: row => <span class="second">{row.sentence}</span>, rank: 2},
  {title: 'At', end: true, cell: row => <Age at={row.at} />},
];

export function Search() {
  const word = useRoute().fragment;
  const [state, setState] = useState<{word: string; answer?: Answer; problem?: Problem}>({word: ''});
  useEffect(() => {
    if (word.length < lengthMin) return;
    let outdated = false;
    setState({word});
    post<Answer>('/v1/search', {q: word, limit: 20}).then(
      answer => {
        if (outdated) return;
        setState({word, answer});
        announce(`${count(answer.data.length, 'result')} for ${word}`);
      },
      failure => { if (!outdated) setState({word, problem: asProblem(failure)}); });
    return () => { outdated = true; };
  }, [word]);
  return (
    <>
      <Head title={word ? <>Search <q class="break">{word}</q></> : 'Search'} tab="Search" />
      <Results word={word} answer={state.word === word ? state.answer : undefined} problem={state.word === word ? state.problem : undefined} />
    </>
  );
}

function Results({word, answer, problem}: {word: string; answer: Answer | undefined; problem: Problem | undefined}) {
  if (problem) return <Refused problem={problem} />;
  if (word.length < lengthMin || answer?.data.length === 0) {
    return (
      <Empty title={!word ? 'What are you looking for?' : word.length < lengthMin ? `Enter at least ${lengthMin} characters.` : 'Nothing was found.'}>
        Search finds ids (ours, yours, the bank's), end-to-end ids, IBANs, sort code and number, amounts such as 12.34 GBP,
        references from 4 characters, and beginnings of names from 3 letters. Search does not find the middle of a word.
      </Empty>
    );
  }
  if (!answer) return <Skeleton lines={8} />;
  const kinds = [...new Set(answer.data.map(row => row.kind))];
  return (
    <>
      {kinds.map(kind => (
        <Section key={kind} title={`${sentenceCase(words(kind))}s`} flush
          note={answer.more.includes(kind) ? 'there are more; enter more of the word' : null}>
          <Table caption={kind} rows={answer.data.filter(row => row.kind === kind)} columns={columns} keyOf={row => row.id}
            pathOf={row => pathOf(row.id)} />
        </Section>
      ))}
    </>
  );
}
