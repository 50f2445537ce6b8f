// What a part of the page shows when it has nothing else to show: loading, empty, refused.

import type {ComponentChildren} from 'preact';
import type {Problem} from '../api/client.ts';
import {Command} from './values.tsx';

/** Grey lines in the place of what is being read. */
export function Skeleton({lines = 6}: {lines?: number}) {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading</span>
      {Array.from({length: lines}, (_, line) => <span key={line} class={`bone w${line % 4}`} aria-hidden="true" />)}
    </div>
  );
}

/** Nothing is there: why that is, and what to do next. */
export function Empty({title, children, command}: {title: string; children?: ComponentChildren; command?: string}) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children ? <p class="second">{children}</p> : null}
      {command ? <p><Command>{command}</Command></p> : null}
    </div>
  );
}

/** What the server refused, with the code and the request id that its log has. */
export function Refused({problem, retry}: {problem: Problem; retry?: () => void}) {
  return (
    <div class="refused" role="alert">
      <p>{problem.message}</p>
      {problem.details.length > 0 ? <ul>{problem.details.map(detail => <li key={detail}>{detail}</li>)}</ul> : null}
      <p class="refused-facts">
        <code>{problem.code}</code>
        {problem.requestId ? <> request <code class="break">{problem.requestId}</code></> : null}
      </p>
      {retry ? <button type="button" class="button" onClick={retry}>Try again</button> : null}
    </div>
  );
}

/** One of the three, or the content once it is there. */
export function Ready<T>({of, lines, children}: {
  of: {data: T | undefined; problem: Problem | undefined; reload: () => void};
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  if (of.data !== undefined) {
    return <>{of.problem ? <Refused problem={of.problem} retry={of.reload} /> : null}{children(of.data)}</>;
  }
  if (of.problem) return <Refused problem={of.problem} retry={of.reload} />;
  return <Skeleton lines={lines} />;
}
