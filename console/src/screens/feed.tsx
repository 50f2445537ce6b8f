// The live feed, newest first. While it is paused, what comes is kept and counted.

import {useEffect, useRef, useState} from 'preact/hooks';
import {feedKinds, openFeed, type FeedState} from '../api/feed.ts';
import type {TimelineEntry} from '../api/types.ts';
import {setQuery, useRoute} from '../app/router.ts';
import {clockOf, exactTime} from '../format/time.ts';
import {count, words} from '../format/words.ts';
import {Filters, Head, Word} from '../ui/blocks.tsx';
import {Icon} from '../ui/icon.tsx';
import {Empty} from '../ui/states.tsx';
import {iconOf} from '../ui/timeline.tsx';
import {Id, Pill} from '../ui/values.tsx';

/** More are dropped, the oldest first: a page that is left open must not grow. */
const entriesMax = 500;

export function Feed() {
  const {query} = useRoute();
  const kinds = feedKinds.filter(kind => !(query.get('without') ?? '').split(',').includes(kind));
  const {shown, waiting, state, paused, setPaused} = useFeed(kinds, query.get('connector') ?? '', query.get('endpoint') ?? '');
  const toggle = (kind: string) => {
    const without = feedKinds.filter(one => one === kind ? kinds.includes(one) : !kinds.includes(one));
    setQuery({without: without.join(',') || undefined});
  };
  return (
    <>
      <Head title="Live" tab="Live" status={<Pill token={state === 'live' ? 'live' : 'waiting'}
        label={paused ? 'paused' : state === 'live' ? 'live' : state === 'ended' ? 'ended' : 'connecting'} as={paused ? 'warn' : undefined} />}>
        <button type="button" class="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          <Icon name={paused ? 'play' : 'pause'} /> {paused ? 'Resume' : 'Pause'}</button>
      </Head>
      <Filters>
        <div class="kind-switches">
          {feedKinds.map(kind => (
            <button key={kind} type="button" class="kind-switch" aria-pressed={kinds.includes(kind)} onClick={() => toggle(kind)}>{kind}</button>
          ))}
        </div>
        <Word name="connector" label="Connector" />
        <Word name="endpoint" label="Endpoint" placeholder="end_…" />
      </Filters>
      <p class="feed-waiting" role="status">{paused && waiting > 0 ? `${count(waiting, 'new entry', 'new entries')} since you paused` : ''}</p>
      {shown.length === 0 ? (
        <Empty title={kinds.length ? 'Nothing has happened since you opened this page.' : 'No kind is selected.'} command="settled trigger settlement">
          {kinds.length ? 'New entries appear here as they are recorded.' : 'Select one above.'}</Empty>
      ) : (
        <ol class="feed">{shown.map(one => <FeedLine key={one.key} entry={one.entry} />)}</ol>
      )}
    </>
  );
}

function FeedLine({entry}: {entry: TimelineEntry}) {
  return (
    <li class="feed-line">
      <time dateTime={entry.at} title={exactTime(entry.at)}>{clockOf(entry.at)}</time>
      <span class="feed-kind"><Icon name={iconOf(entry.kind)} />{words(entry.kind)}</span>
      <span class="break">{entry.sentence}</span>
      <Id id={entry.id} />
    </li>
  );
}

interface Kept {
  key: number;
  entry: TimelineEntry;
}

function useFeed(kinds: readonly string[], connector: string, endpoint: string) {
  const [entries, setEntries] = useState<readonly Kept[]>([]);
  const [state, setState] = useState<FeedState>('connecting');
  const [pausedAt, setPausedAt] = useState<number>();
  const newest = useRef(0);
  const key = `${kinds.join(',')} ${connector} ${endpoint}`;
  useEffect(() => {
    setEntries([]);
    setState('connecting');
    if (kinds.length === 0) return;
    return openFeed({kinds, connector, endpoint},
      entry => setEntries(before => [{key: ++newest.current, entry}, ...before].slice(0, entriesMax)), setState);
  }, [key]);
  const shown = pausedAt === undefined ? entries : entries.filter(one => one.key <= pausedAt);
  return {
    shown, waiting: entries.length - shown.length, state, paused: pausedAt !== undefined,
    setPaused: (paused: boolean) => setPausedAt(paused ? newest.current : undefined),
  };
}
