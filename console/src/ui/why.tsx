// Why a settlement or payment is matched, or is not: every one on the other side that could be confused with it.

import type {Explained, Pair} from '../api/types.ts';
import {count, sentenceCase, words} from '../format/words.ts';
import {Chips} from './blocks.tsx';
import {useGet} from './load.ts';
import {Empty, Ready} from './states.tsx';
import {Age, Id, Pill} from './values.tsx';

export function Why({of}: {of: {kind: 'payments' | 'settlements'; id: string}}) {
  const explained = useGet<Explained>(`/v1/${of.kind}/${encodeURIComponent(of.id)}/candidates`);
  const other = of.kind === 'payments' ? 'settlement' : 'payment';
  return (
    <Ready of={explained} lines={4}>
      {why => (
        <div class="why">
          <p class="why-verdict"><Pill token={why.outcome} /> <span>{sentenceCase(why.sentence)}</span></p>
          {why.data.length === 0 ? (
            <Empty title={`No ${other} is similar.`}>Ids, reference, payer and amount were compared on the same account.</Empty>
          ) : <ol class="pairs">{why.data.map(pair => <PairRow key={pair.payment_id ?? pair.settlement_id} pair={pair} />)}</ol>}
          <p class="quiet">{count(why.looked_at, other)} compared{why.limit_reached ? '; there are more' : ''},{' '}
            judged <Age at={why.as_of} />.</p>
        </div>
      )}
    </Ready>
  );
}

function PairRow({pair}: {pair: Pair}) {
  return (
    <li class="pair">
      <div class="pair-head">
        <Pill token={pair.verdict} />
        {pair.client_id ? <strong class="break">{pair.client_id}</strong> : null}
        <Id id={pair.payment_id ?? pair.settlement_id} />
        {pair.rank !== null ? <span class="quiet">rank {pair.rank} · {pair.rule}</span> : null}
      </div>
      {pair.veto ? <p class="pair-veto">Vetoed: {words(pair.veto)}</p> : null}
      {pair.differs.length > 0 ? (
        <table class="differences">
          <thead><tr><th scope="col">differs</th><th scope="col">payment</th><th scope="col">settlement</th></tr></thead>
          <tbody>
            {pair.differs.map(one => (
              <tr key={one.field}><th scope="row">{words(one.field)}</th><td><Side text={one.payment} against={one.settlement} /></td>
                <td><Side text={one.settlement} against={one.payment} /></td></tr>
            ))}
          </tbody>
        </table>
      ) : null}
      <p class="pair-fields">
        {pair.agrees.length > 0 ? <><span class="quiet">agrees</span> <Chips items={pair.agrees} as="good" /></> : null}
        {pair.absent.length > 0 ? <><span class="quiet">absent</span> <Chips items={pair.absent} /></> : null}
      </p>
    </li>
  );
}

/** A value, with the part marked in which it differs from the other one; nothing where they have nothing in common.
    Case makes no difference, as in matching. */
export function Side({text, against}: {text: string; against: string}) {
  const [one, other] = [text.toLowerCase(), against.toLowerCase()];
  let start = 0;
  while (start < one.length && one[start] === other[start]) ++start;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) ++end;
  if (start + end === 0 || start === text.length) return <span class="break">{text || '–'}</span>;
  return <span class="break">{text.slice(0, start)}<mark>{text.slice(start, text.length - end)}</mark>{text.slice(text.length - end)}</span>;
}
