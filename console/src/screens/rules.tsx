// Rules: what the matching may do by itself, rank by rank, for the tenant and for single accounts.

import type {RuleSet} from '../api/types.ts';
import {accountText} from '../format/mask.ts';
import {words} from '../format/words.ts';
import {ChangeRules} from '../rules/change.tsx';
import {policyWords} from '../rules/words.ts';
import {Head, Section} from '../ui/blocks.tsx';
import {useGet} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {Age, Pill} from '../ui/values.tsx';

const policyTones = {automatic: 'good', watermark: 'info', suggest: 'warn', off: 'calm'} as const;

export function RuleList() {
  const loaded = useGet<{data: RuleSet[]}>('/v1/rules');
  return (
    <>
      <Head title="Rules" tab="Rules">{hasTenantRules(loaded.data) ? null : <ChangeRules onDone={loaded.reload} />}</Head>
      <Ready of={loaded}>
        {page => page.data.length === 0 ? (
          <Empty title="The rules of the installation apply.">
            Neither the tenant nor an account has a rule set of its own.</Empty>
        ) : <div class="cards">{page.data.map(set => <RuleSetCard key={`${set.account} ${set.version}`} set={set}
          isLast={page.data.every(one => one.account !== set.account || one.version <= set.version)} onDone={loaded.reload} />)}</div>}
      </Ready>
    </>
  );
}

function hasTenantRules(page: {data: RuleSet[]} | undefined): boolean {
  return page?.data.some(set => !set.account) ?? false;
}

function RuleSetCard({set, isLast, onDone}: {set: RuleSet; isLast: boolean; onDone: () => void}) {
  const {rules} = set;
  return (
    <Section title={rules.name} note={<>{set.account ? accountText(set.account) : 'the whole tenant'} · version {set.version} ·{' '}
      <Age at={set.created_at} /></>} actions={isLast && !set.account ? <ChangeRules base={set} onDone={onDone} /> : null}>
      <table class="plain">
        <thead><tr><th scope="col">Rank</th><th scope="col">Rule</th><th scope="col">Is matched</th></tr></thead>
        <tbody>
          {Object.entries(rules.ranks).map(([rank, policy], number) => (
            <tr key={rank}><td class="num">{number}</td><th scope="row"><code>{rank}</code></th>
              <td><Pill token={policy} as={policyTones[policy as keyof typeof policyTones]}
                label={policyWords[policy] ?? policy} /></td></tr>
          ))}
        </tbody>
      </table>
      <table class="plain">
        <thead><tr><th scope="col">Rail</th><th scope="col" class="end">Window</th><th scope="col" class="end">Overdue after</th></tr></thead>
        <tbody>
          {Object.keys(rules.windows_hours).map(rail => (
            <tr key={rail}><th scope="row">{words(rail)}</th><td class="end num">{rules.windows_hours[rail]} h</td>
              <td class="end num">{rules.overdue_hours[rail] ?? '–'} h</td></tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
