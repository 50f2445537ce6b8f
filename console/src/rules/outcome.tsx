// What would have come of other rules: how many settlements, and which.

import type {DifferenceSum, WhatIf} from '../api/types.ts';
import {count, type Tone} from '../format/words.ts';
import {Id, Money, None, Pill} from '../ui/values.tsx';

const meanings: Record<string, [text: string, tone: Tone]> = {
  gained: ['would be matched', 'good'],
  lost: ['would not be matched', 'bad'],
  moved: ['would be matched to another payment', 'warn'],
  rank: ['would be matched by another rule', 'calm'],
  ambiguous: ['would become ambiguous', 'warn'],
  unmatched: ['would become unmatched', 'calm'],
};

export function Outcome({result}: {result: WhatIf}) {
  const changed = result.settlements - result.unchanged;
  const sums = Object.entries(meanings).flatMap(([kind, meaning]): [string, Tone, DifferenceSum][] => {
    const sum = result.differences[kind];
    return sum?.settlements ? [[...meaning, sum]] : [];
  });
  return (
    <section class="effect" aria-live="polite">
      <h3>{changed === 0 ? `Nothing would change for ${count(result.settlements, 'settlement')}.`
        : `${count(changed, 'settlement')} of ${result.settlements.toLocaleString('en-GB')} would differ.`}</h3>
      <p>Matched by the rules: {result.matched.before.toLocaleString('en-GB')} then, {result.matched.after.toLocaleString('en-GB')} with these
        rules. Ambiguous: {result.ambiguous.before.toLocaleString('en-GB')} then, {result.ambiguous.after.toLocaleString('en-GB')} with these rules.</p>
      {sums.length > 0 ? <ul class="effect-list">{sums.map(([text, tone, sum]) => (
        <li key={text}><Pill token={text} as={tone} label={text} /> {count(sum.settlements, 'settlement')}{sum.amounts.map(amount => (
          <span key={amount.currency}> <Money amount={amount} /></span>))}</li>
      ))}</ul> : null}
      {result.changes.length > 0 ? (
        <div class="outcomes">
          <table class="plain">
            <thead><tr><th scope="col">Settlement</th><th scope="col" class="end">Amount</th><th scope="col">Then</th><th scope="col">With these rules</th></tr></thead>
            <tbody>{result.changes.map(change => (
              <tr key={change.settlement_id}><td><Id id={change.settlement_id} short /></td><td class="end"><Money amount={change.amount} /></td>
                <td><Payments of={change.before} /></td><td><Payments of={change.after} /></td></tr>
            ))}</tbody>
          </table>
        </div>
      ) : null}
      {result.changes_not_shown > 0 ? <p class="quiet">{count(result.changes_not_shown, 'more difference')}: settled replay lists them all.</p> : null}
      {result.decisions_void > 0 ? <p class="quiet">{count(result.decisions_void, 'decision')} of people could not be repeated.</p> : null}
    </section>
  );
}

function Payments({of}: {of: WhatIf['changes'][number]['before']}) {
  if (of.length === 0) return <None>none</None>;
  return <>{of.map(one => <span key={one.client_id} class="break">{one.client_id} <span class="quiet">rank {one.rank}</span> </span>)}</>;
}
