// The timeline of anything that has no screen of its own: an event, a call, a return, a webhook, a client's id.

import type {Timeline} from '../api/types.ts';
import {sentenceCase, words} from '../format/words.ts';
import {Head, Section} from '../ui/blocks.tsx';
import {Whole} from '../ui/history.tsx';
import {useGet} from '../ui/load.ts';
import {Message} from '../ui/messages.tsx';
import {Ready} from '../ui/states.tsx';
import {Copy, Id} from '../ui/values.tsx';

export function TimelineItem({id}: {id: string}) {
  const timeline = useGet<Timeline>(`/v1/timeline/${encodeURIComponent(id)}`, {limit: 100});
  return (
    <Ready of={timeline}>
      {first => (
        <>
          <Head tab={first.subject.client_id ?? first.subject.id} above={words(first.subject.kind)}
            title={<span class="break">{first.subject.client_id || first.subject.id}</span>}>
            <Id id={first.subject.id} /><Copy text={first.subject.id} label="the id" />
          </Head>
          <p class="lead">{sentenceCase(first.subject.sentence)}</p>
          <Section title="Timeline"><Whole first={first} id={id} /></Section>
          {['webhook', 'call', 'event'].includes(first.subject.kind)
            ? <Section title="Raw message"><Message kind={first.subject.kind} id={first.subject.id} /></Section> : null}
        </>
      )}
    </Ready>
  );
}
