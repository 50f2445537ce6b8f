// Real paths below /console/: the first part names the screen, the second the thing. Filters are the query; a searched
// word is the fragment, which browsers send to no server.

import {useEffect, useState} from 'preact/hooks';

export const base = '/console';

export interface Route {
  /** Empty at /console/ itself. */
  screen: string;
  id: string | undefined;
  query: URLSearchParams;
  fragment: string;
}

const listeners = new Set<() => void>();

function currentRoute(): Route {
  const [screen = '', id] = location.pathname.slice(base.length + 1).split('/');
  return {
    screen,
    id: id ? decoded(id) : undefined,
    query: new URLSearchParams(location.search),
    fragment: decoded(location.hash.slice(1)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function useRoute(): Route {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const follow = () => setRoute(currentRoute());
    listeners.add(follow);
    follow();
    return () => void listeners.delete(follow);
  }, []);
  return route;
}

/** Goes to a path below /console; `replace` leaves no entry in the history. */
export function navigate(path: string, how: {replace?: boolean} = {}): void {
  const target = base + path;
  if (how.replace) history.replaceState(null, '', target);
  else history.pushState(null, '', target);
  changed();
}

/** The same screen with other filters. */
export function setQuery(changes: Record<string, string | undefined>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  history.replaceState(null, '', location.pathname + (text ? `?${text}` : '') + location.hash);
  changed();
}

function changed(): void {
  for (const listener of listeners) listener();
}

/** Links of the console are followed without loading the page again. */
export function followLinks(): void {
  addEventListener('popstate', changed);
  addEventListener('hashchange', changed);
  document.addEventListener('click', event => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
    if (!link.pathname.startsWith(`${base}/`)) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    changed();
    scrollTo(0, 0);
  });
}
