// The attempts of a delivery, newest first, with what the partner answered.

import type {Delivery} from '../api/types.ts';
import {latency} from '../format/time.ts';
import {Outcome} from './raw.tsx';
import {Empty} from './states.tsx';
import {Age} from './values.tsx';

export function Attempts({of}: {of: Delivery}) {
  const attempts = of.attempts ?? [];
  if (attempts.length === 0) {
    return <Empty title="No attempt was made yet.">{of.waits_for ? 'An earlier delivery of the same subject goes first.' : null}</Empty>;
  }
  return (
    <ol class="attempts">
      {attempts.toSorted((one, other) => other.number - one.number).map(attempt => (
        <li key={attempt.number} class="attempt">
          <p class="attempt-line"><span class="num quiet">#{attempt.number}</span>
            <Outcome outcome={attempt.outcome} status={attempt.http_status} />
            <span class="num">{latency(attempt.latency_us)}</span><Age at={attempt.started_at} /></p>
          {attempt.answer ? <pre class="attempt-answer" tabindex={0} aria-label={`Answer to attempt ${attempt.number}`}><code>{attempt.answer}</code></pre> : null}
        </li>
      ))}
    </ol>
  );
}
