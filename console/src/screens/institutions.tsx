// Institutions: what was learnt of the payers' banks, and what survives of a payment on the way from them.

import type {Profile} from '../api/types.ts';
import {base} from '../app/router.ts';
import {latency} from '../format/time.ts';
import {count, words} from '../format/words.ts';
import {Facts, Head, Section} from '../ui/blocks.tsx';
import {useGet, usePages} from '../ui/load.ts';
import {Empty, Ready} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, None, Text} from '../ui/values.tsx';

const columns: Column<Profile>[] = [
  {title: 'Institution', cell: row => <strong class="break">{row.institution || 'unknown'}</strong>},
  {title: 'Scheme', cell: row => <Text>{row.scheme}</Text>},
  {title: 'Matches', end: true, cell: row => <span class="num">{row.matches.toLocaleString('en-GB')}</span>},
  {title: 'Reference survives', end: true, cell: row => <Share of={row.identifiers['reference']} />},
  {title: 'End-to-end id survives', end: true, cell: row => <Share of={row.identifiers['end_to_end_id']} />, rank: 2},
  {title: 'Cut at', end: true, cell: row => row.reference.length_max ?? <None />, rank: 3},
  {title: 'Median time', end: true, cell: row => row.latency_us.p50 === null ? <None /> : latency(row.latency_us.p50), rank: 2},
  {title: 'Learnt', end: true, cell: row => <Age at={row.updated_at} />, rank: 2},
];

/** A share of matches as a bar with its percentage; the interval is its title. */
function Share({of}: {of: Profile['identifiers'][string] | undefined}) {
  const share = of?.survives as {share: number; low: number; high: number; observed: number} | undefined;
  if (!share || share.observed === 0) return <None />;
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  return (
    <span class="share" title={`${percent(share.low)} to ${percent(share.high)} of ${share.observed} matches`}>
      <meter min={0} max={1} value={share.share} aria-hidden="true" /><span class="num">{percent(share.share)}</span>
    </span>
  );
}

export function InstitutionList() {
  const pages = usePages<Profile>('/v1/institutions');
  return (
    <>
      <Head title="Institutions" tab="Institutions" />
      <List caption="Institutions" pages={pages} columns={columns} keyOf={row => row.id}
        pathOf={row => `/institutions/${encodeURIComponent(row.institution)}`}
        empty={<Empty title="Nothing has been learnt yet.">A minute after each match, settled records which ids and how much of
          the reference the payer's bank passed on.</Empty>} />
    </>
  );
}

interface Institution {
  id: string;
  banks: string[];
  seeds: {scheme: string; reference_chars_max: number}[];
  profiles: Profile[];
}

export function InstitutionItem({id}: {id: string}) {
  const loaded = useGet<Institution>(`/v1/institutions/${encodeURIComponent(id)}`);
  return (
    <Ready of={loaded}>
      {institution => (
        <>
          <Head tab={institution.id} above={<a href={`${base}/institutions`}>Institutions</a>}
            title={<span class="break">{institution.id}</span>} />
          <p class="lead">Its payments came from {institution.banks.join(', ') || 'no known bank'}.{institution.seeds.map(seed =>
            ` References of ${seed.scheme || 'all schemes'} hold ${seed.reference_chars_max} characters.`)}</p>
          {institution.profiles.map(profile => (
            <Section key={profile.id} title={`${profile.scheme || 'any scheme'} to ${profile.receiver}`} note={count(profile.matches, 'match', 'matches')}>
              <Facts facts={[
                ...Object.entries(profile.identifiers).map(([field, survival]): [string, preact.JSX.Element] =>
                  [`${words(field)} survives`, <Share of={survival} />]),
                ['references are cut at', profile.reference.length_max ?? <None>not known</None>],
                ['letters', <Text>{profile.reference.case}</Text>],
                profile.reference.prefix ? ['prefix added', <code>{profile.reference.prefix}</code>] : null,
                ['half within', profile.latency_us.p50 === null ? <None /> : latency(profile.latency_us.p50)],
                ['99 % within', profile.latency_us.p99 === null ? <None /> : latency(profile.latency_us.p99)],
                ['learnt', <Age at={profile.updated_at} />],
              ]} />
            </Section>
          ))}
        </>
      )}
    </Ready>
  );
}
