// Reviews: the list and, next to it, the one that is open. On a narrow screen there is one or the other.

import {useState} from 'preact/hooks';
import type {Review} from '../api/types.ts';
import {navigate, useRoute} from '../app/router.ts';
import {Head} from '../ui/blocks.tsx';
import {usePages} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {BulkBar, bulkMax} from '../reviews/bulk.tsx';
import {ReviewDetail} from '../reviews/detail.tsx';
import {ReviewRows} from '../reviews/list.tsx';

/** The API has no filter by kind: what was read is looked through. */
const reviewsAtATime = 200;

export function Reviews({id}: {id?: string}) {
  const {query} = useRoute();
  const status = query.get('status') ?? 'open';
  const kind = query.get('kind') ?? '';
  const all = usePages<Review>('/v1/reviews', {status: status === 'any' ? '' : status}, reviewsAtATime);
  const pages = {...all, rows: all.rows?.filter(review => !kind || review.kind === kind)};
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const rows = pages.rows ?? [];

  const move = (by: 1 | -1) => {
    const at = rows.findIndex(row => row.id === id);
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next) navigate(`/reviews/${next.id}${location.search}`, {replace: true});
  };
  const toggle = (key: string) => {
    const next = new Set(chosen);
    if (!next.delete(key) && next.size < bulkMax) next.add(key);
    setChosen(next);
  };
  const done = () => { setChosen(new Set()); pages.reload(); };
  return (
    <div class={id ? 'split with-item' : 'split'}>
      <div class="split-list">
        {id ? <h2 class="split-title">Reviews</h2> : <Head title="Reviews" tab="Reviews" />}
        <BulkBar chosen={rows.filter(row => chosen.has(row.id))} clear={() => setChosen(new Set())} onDone={done} />
        <ReviewRows pages={pages} current={id} onMove={id ? move : undefined}
          selection={status === 'open' ? {chosen, toggle, max: bulkMax} : undefined} />
      </div>
      <div class="split-item">
        {id ? <ReviewDetail key={id} id={id} onDecided={pages.reload} /> : rows.length > 0
          ? <Empty title="Select a review.">j and k move through the list, Enter opens a review.</Empty> : null}
      </div>
    </div>
  );
}
