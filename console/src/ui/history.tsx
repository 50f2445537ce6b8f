// The timeline of any id, as a section of its page.

import {useEffect, useState} from 'preact/hooks';
import {get, type Problem} from '../api/client.ts';
import type {Timeline, TimelineEntry} from '../api/types.ts';
import {useMay} from '../app/session.tsx';
import {Section} from './blocks.tsx';
import {asProblem, useGet} from './load.ts';
import {Empty, Ready, Refused} from './states.tsx';
import {Entries} from './timeline.tsx';

const entriesAtATime = 100;

/** `version` rises when something was done that the timeline should show. */
export function History({id, version = 0}: {id: string; version?: number}) {
  const allowed = useMay()('events:read');
  const timeline = useGet<Timeline>(allowed ? `/v1/timeline/${encodeURIComponent(id)}` : undefined, {limit: entriesAtATime});
  useEffect(() => { if (version) timeline.reload(); }, [version]);
  if (!allowed) return null;
  return <Section title="Timeline"><Ready of={timeline}>{first => <Whole first={first} id={id} />}</Ready></Section>;
}

/** All pages that were asked for. */
export function Whole({first, id}: {first: Timeline; id: string}) {
  const [rest, setRest] = useState<{of: Timeline; entries: TimelineEntry[]; next: string | null}>();
  const [problem, setProblem] = useState<Problem>();
  const more = rest?.of === first ? rest : {of: first, entries: [], next: first.next};
  const entries = [...first.data, ...more.entries];
  const load = async () => {
    try {
      const page = await get<Timeline>(`/v1/timeline/${encodeURIComponent(id)}`, {limit: entriesAtATime, after: more.next});
      setRest({of: first, entries: [...more.entries, ...page.data], next: page.next});
    } catch (failure) {
      setProblem(asProblem(failure));
    }
  };
  if (entries.length === 0) return <Empty title="Nothing has happened to it yet." />;
  return (
    <>
      <Entries entries={entries} subject={first.subject.id} />
      {problem ? <Refused problem={problem} retry={load} /> : null}
      {more.next ? <p class="more"><button type="button" class="button" onClick={load}>Show later entries</button></p> : null}
    </>
  );
}
