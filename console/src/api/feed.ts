// The live feed: what happens, as it happens. The browser resumes a stream that breaks where it was.

import type {TimelineEntry} from './types.ts';
import {address} from './client.ts';

export const feedKinds = ['webhooks', 'settlements', 'matches', 'orders', 'notifications', 'events', 'deliveries'];

/** Each entry is an event of the name of its kind. */
const entryKinds = ['webhook', 'settlement', 'match', 'order', 'notification', 'event', 'delivery'];

export type FeedState = 'connecting' | 'live' | 'ended';

export interface FeedFilter {
  kinds: readonly string[];
  connector?: string;
  endpoint?: string;
}

export function openFeed(filter: FeedFilter, onEntry: (entry: TimelineEntry) => void, onState: (state: FeedState) => void): () => void {
  const source = new EventSource(address('/v1/feed', {
    kinds: filter.kinds.length < feedKinds.length ? filter.kinds.join(',') : undefined, connector: filter.connector, endpoint: filter.endpoint,
  }));
  const take = (event: MessageEvent<string>) => onEntry(JSON.parse(event.data) as TimelineEntry);
  source.onopen = () => onState('live');
  for (const kind of entryKinds) source.addEventListener(kind, take);
  source.onerror = () => onState(source.readyState === EventSource.CLOSED ? 'ended' : 'connecting');
  return () => source.close();
}
