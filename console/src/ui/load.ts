// Reading from the API into a component: one object, or a list by its pages. What is outdated is abandoned.

import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {get, Problem, type Page, type Query} from '../api/client.ts';
import {isAttended} from '../app/activity.ts';

export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
  reload: () => void;
}

const maxRefreshRows = 500;

/** GETs a path; `undefined` as path: nothing is asked. `every`: seconds after which it is read again, while
    a person is at the page. */
export function useGet<T>(path: string | undefined, query?: Query, every?: number): Loaded<T> {
  const [state, setState] = useState<{key: string; data?: T; problem?: Problem; loading: boolean}>(
    {key: '', loading: path !== undefined});
  const [version, setVersion] = useState(0);
  const key = path === undefined ? '' : `${path} ${JSON.stringify(query ?? {})}`;
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    setState(before => before.key === key ? {...before, loading: true} : {key, loading: true});
    get<T>(path, query, abort.signal).then(
      data => setState({key, data, loading: false}),
      failure => {
        if (!abort.signal.aborted) setState(before => ({...before, problem: asProblem(failure), loading: false}));
      });
    return () => abort.abort();
  }, [key, version]);
  const reload = useCallback(() => setVersion(before => before + 1), []);
  useEvery(every, reload);
  const fits = state.key === key;
  return {
    data: fits ? state.data : undefined, problem: fits ? state.problem : undefined,
    loading: path !== undefined && (state.loading || !fits), reload,
  };
}

export interface Pages<T> {
  rows: T[] | undefined;
  problem: Problem | undefined;
  loading: boolean;
  hasMore: boolean;
  more: () => void;
  reload: () => void;
}

/** A list, a page at a time. `reload` reads what is shown again. */
export function usePages<T>(path: string, query: Query = {}, limit = 50, every?: number): Pages<T> {
  const key = `${path} ${JSON.stringify(query)}`;
  const [state, setState] = useState<{key: string; rows?: T[]; next: string | null; problem?: Problem; loading: boolean}>(
    {key: '', next: null, loading: true});
  const [version, setVersion] = useState(0);
  const shown = useRef(0);
  const abort = useRef<AbortController | undefined>(undefined);

  const load = (after: string | undefined, kept: T[]) => {
    abort.current?.abort();
    const mine = abort.current = new AbortController();
    const size = after === undefined ? Math.min(Math.max(limit, shown.current), maxRefreshRows) : limit;
    setState(before => before.key === key ? {...before, loading: true} : {key, next: null, loading: true});
    get<Page<T>>(path, {...query, limit: size, after}, mine.signal).then(
      page => {
        const rows = [...kept, ...page.data];
        shown.current = rows.length;
        setState({key, rows, next: page.next, loading: false});
      },
      failure => {
        if (!mine.signal.aborted) setState(before => ({...before, key, problem: asProblem(failure), loading: false}));
      });
  };
  useEffect(() => {
    if (state.key !== key) shown.current = 0;
    load(undefined, []);
    return () => abort.current?.abort();
  }, [key, version]);
  const reload = useCallback(() => setVersion(before => before + 1), []);
  useEvery(every, reload);
  const fits = state.key === key;
  return {
    rows: fits ? state.rows : undefined, problem: fits ? state.problem : undefined, loading: state.loading || !fits,
    hasMore: fits && state.next !== null, reload,
    more: () => { if (state.next !== null && !state.loading) load(state.next, state.rows ?? []); },
  };
}

function useEvery(seconds: number | undefined, act: () => void): void {
  useEffect(() => {
    if (!seconds) return;
    const timer = setInterval(() => { if (isAttended()) act(); }, seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds, act]);
}

export function asProblem(failure: unknown): Problem {
  if (failure instanceof Problem) return failure;
  return new Problem({status: 0, code: 'page_failed', detail: failure instanceof Error ? failure.message : String(failure)});
}
