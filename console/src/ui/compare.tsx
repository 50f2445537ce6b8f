// A settlement and its candidates, field by field. The fields in which the candidates differ come first, since they are
// what a person decides by; of each value it is marked how it stands to the settlement's.

import type {ComponentChildren} from 'preact';
import type {AmbiguousDetail, Candidate} from '../api/types.ts';
import {words} from '../format/words.ts';
import {Icon} from './icon.tsx';
import {Id, Money, None, Time} from './values.tsx';
import {Side} from './why.tsx';

type Standing = 'agrees' | 'differs' | 'absent' | undefined;

interface Line {
  field: string;
  /** The words of `agrees`, `differs` and `absent` that are about this field. */
  compared: readonly string[];
  settlement: (side: AmbiguousDetail['settlement']) => ComponentChildren;
  candidate: (side: Candidate, settlement: AmbiguousDetail['settlement']) => ComponentChildren;
}

const text = (value: string, against: string) => value ? (against ? <Side text={value} against={against} /> : value) : <None />;

const lines: readonly Line[] = [
  {field: 'amount', compared: ['amount', 'accepted_amount'], settlement: side => <Money amount={side.amount} />,
    candidate: side => <Money amount={side.amount} />},
  {field: 'reference', compared: ['reference', 'reference_part'], settlement: side => text(side.reference, ''),
    candidate: (side, other) => text(side.reference, other.reference)},
  {field: 'end_to_end_id', compared: ['end_to_end_id', 'crossed_ids'], settlement: side => text(side.end_to_end_id, ''),
    candidate: (side, other) => text(side.end_to_end_id, other.end_to_end_id)},
  {field: 'payer_name', compared: ['payer_name'], settlement: side => text(side.payer.name, ''),
    candidate: (side, other) => text(side.payer.name, other.payer.name)},
  {field: 'payer_account', compared: ['payer_account'], settlement: side => text(side.payer.account, ''),
    candidate: (side, other) => text(side.payer.account, other.payer.account)},
  {field: 'institution_id', compared: [], settlement: () => <None />, candidate: side => text(side.institution_id, '')},
  {field: 'scheme', compared: [], settlement: side => text(side.scheme, ''), candidate: side => text(side.scheme, '')},
  {field: 'created_at', compared: [], settlement: side => <Time at={side.settled_at} />,
    candidate: side => <Time at={side.created_at} />},
];

function standing(candidate: Candidate, line: Line): Standing {
  const says = (fields: readonly string[]) => line.compared.some(field => fields.includes(field));
  if (says(candidate.agrees)) return 'agrees';
  if (says(candidate.differs)) return 'differs';
  return says(candidate.absent) ? 'absent' : undefined;
}

const marks = {agrees: 'check', differs: 'differs', absent: 'dash'} as const;

export function Compare({detail, chosen, choose, actions}: {
  detail: AmbiguousDetail;
  chosen: string | undefined;
  choose: ((paymentId: string) => void) | undefined;
  actions?: (candidate: Candidate) => ComponentChildren;
}) {
  const decisive = (line: Line) => detail.distinguishing_fields.includes(line.field);
  const ordered = [...lines.filter(decisive), ...lines.filter(line => !decisive(line))];
  const {settlement, candidates} = detail;
  return (
    <div class="compare-frame" tabindex={0} role="region" aria-label="Candidates side by side">
      <table class="compare">
        <thead>
          <tr>
            <td />
            <th scope="col" class="compare-settlement"><span class="quiet">Settlement</span><Id id={settlement.id} /></th>
            {candidates.map(candidate => (
              <th scope="col" key={candidate.payment_id} class={candidate.payment_id === chosen ? 'chosen' : undefined}>
                <label class="compare-pick">
                  {choose ? <input type="radio" name="candidate" checked={candidate.payment_id === chosen}
                    onChange={() => choose(candidate.payment_id)} /> : null}
                  <span class="break">{candidate.client_id}</span>
                </label>
                <Id id={candidate.payment_id} />
                <span class="quiet">rank {candidate.rank} · {candidate.rule}</span>
                {candidate.reject_reason ? <span class="compare-why">{words(candidate.reject_reason)}</span> : null}
                {actions?.(candidate)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.map(line => (
            <tr key={line.field} class={decisive(line) ? 'decisive' : undefined}>
              <th scope="row">{words(line.field)}{decisive(line) ? <span class="compare-flag">they differ</span> : null}</th>
              <td class="compare-settlement">{line.settlement(settlement)}</td>
              {candidates.map(candidate => {
                const stands = standing(candidate, line);
                return (
                  <td key={candidate.payment_id} class={`${stands ?? ''} ${candidate.payment_id === chosen ? 'chosen' : ''}`}>
                    {stands ? <span class={`stand ${stands}`}><Icon name={marks[stands]} />
                      <span class="visually-hidden">{stands}: </span></span> : null}
                    {line.candidate(candidate, settlement)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
