// What has happened to a thing, in order: a line an entry, by days, with the raw message of a webhook in its place.

import {useState} from 'preact/hooks';
import type {TimelineEntry} from '../api/types.ts';
import {ours} from '../format/ids.ts';
import {clockOf, dayOf, exactTime} from '../format/time.ts';
import {tone, words} from '../format/words.ts';
import {Facts, type Fact} from './blocks.tsx';
import {hasIcon, Icon, type IconName} from './icon.tsx';
import {Message} from './messages.tsx';
import {Id} from './values.tsx';

const icons: Record<string, IconName> = {
  payment: 'payments', settlement: 'settlements', match: 'matches', review: 'reviews', order: 'orders', link: 'links',
  notification: 'notifications', delivery: 'deliveries', attempt: 'endpoints', posting: 'statements', change: 'changes',
};

export function iconOf(kind: string): IconName {
  return icons[kind] ?? (hasIcon(kind) ? kind : 'event');
}

export function Entries({entries, subject}: {entries: readonly TimelineEntry[]; subject?: string}) {
  let day = '';
  return (
    <ol class="timeline">
      {entries.map((entry, index) => {
        const begins = entry.at.slice(0, 10) !== day;
        day = entry.at.slice(0, 10);
        return [
          begins ? <li key={day} class="timeline-day"><h3>{dayOf(entry.at)}</h3></li> : null,
          <Entry key={`${entry.kind} ${entry.id} ${entry.at} ${index}`} entry={entry} isSubject={entry.id === subject} />,
        ];
      })}
    </ol>
  );
}

function Entry({entry, isSubject}: {entry: TimelineEntry; isSubject: boolean}) {
  const [open, setOpen] = useState(false);
  const facts = factsOf(entry);
  return (
    <li class={`timeline-entry ${toneOf(entry)}`}>
      <time dateTime={entry.at} title={exactTime(entry.at)}>{clockOf(entry.at)}</time>
      <span class="timeline-mark"><Icon name={iconOf(entry.kind)} /></span>
      <div class="timeline-body">
        <button type="button" class="timeline-line" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span class="timeline-kind">{words(entry.kind)}</span>
          <span class="break">{entry.sentence}{entry.actor ? <span class="timeline-actor"> by {entry.actor}</span> : null}</span>
          <Icon name="chevron" />
        </button>
        {open ? (
          <div class="timeline-more">
            <Facts facts={[['id', isSubject || !ours.test(entry.id) ? <span class="id">{entry.id}</span> : <Id id={entry.id} />], ...facts]} />
            <Message kind={entry.kind} id={entry.id} />
          </div>
        ) : null}
      </div>
    </li>
  );
}

function factsOf(entry: TimelineEntry): Fact[] {
  return Object.entries(entry.details).map(([name, value]): Fact => [words(name), <Detail value={value} />]);
}

function Detail({value}: {value: unknown}) {
  if (typeof value === 'string' && ours.test(value)) return <Id id={value} />;
  if (value === null || value === '') return <span class="quiet">–</span>;
  return <span class="break">{typeof value === 'object' ? JSON.stringify(value) : String(value)}</span>;
}

/** Attempts and what a person decided stand out; all else is calm. */
function toneOf(entry: TimelineEntry): string {
  if (entry.kind === 'decision' || entry.kind === 'review') return 'warn';
  if (entry.kind === 'match') return 'good';
  if (entry.kind !== 'attempt') return '';
  return tone(String(entry.details['outcome'])) === 'good' ? 'good' : 'bad';
}
