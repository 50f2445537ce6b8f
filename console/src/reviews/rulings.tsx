// Decisions about everything but settlements: orders, returns, links, postings, webhooks. The review names those that it takes.

import {useState} from 'preact/hooks';
import type {Review} from '../api/types.ts';
import {useMay} from '../app/session.tsx';
import {sentenceCase, words} from '../format/words.ts';
import {Act} from '../ui/act.tsx';
import {DecisionDialog} from '../ui/decision.tsx';

const meanings: Record<string, string> = {
  ask_again: 'The other side is asked now what became of it. The review stays open until an answer closes it.',
  never_paid: 'The order becomes rejected: say in the reason what shows that it was never paid.',
  release: 'It is no duplicate, and is sent.',
  came_back: 'The credit is the order’s money that came back: the order becomes returned.',
  came_in: 'The credit is money that came in: a settlement.',
  post_again: 'What refused the posting was mended: it is looked for, and posted if it is not there.',
  drop: 'The posting is given up.',
  try_again: 'The booking is read once more.',
  adjust: 'The booking is taken back.',
  close: 'A person has dealt with it; nothing else changes.',
};

export function Rulings({review, onDone}: {review: Review; onDone: () => void}) {
  const may = useMay();
  const [open, setOpen] = useState<string>();
  if (!may('settlements:write')) return null;
  const closes = open === 'close';
  return (
    <>
      {review.kind === 'webhook_unreadable' && review.status === 'open' ? <Act label="Read again" scope="settlements:write" primary
        path={`/v1/webhooks/${review.subject_id}/read-again`} done="It was read again" onDone={onDone} /> : null}
      {review.decisions.map(decision => (
        <button key={decision} type="button" class="button" onClick={() => setOpen(decision)}>{sentenceCase(words(decision))}</button>
      ))}
      {open ? (
        <DecisionDialog title={sentenceCase(words(open))} verb={sentenceCase(words(open))} checks={false}
          danger={['never_paid', 'drop', 'adjust'].includes(open)}
          path={`/v1/reviews/${review.id}/${closes ? 'close' : 'decide'}`} body={closes ? {} : {decision: open}}
          onClose={() => setOpen(undefined)} onDone={() => { setOpen(undefined); onDone(); }}>
          <p class="second">{meanings[open]}</p>
        </DecisionDialog>
      ) : null}
    </>
  );
}
