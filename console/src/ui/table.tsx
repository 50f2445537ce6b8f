// A list of things. Each row has one link, to the page of its thing; j and k go from link to link. On a narrow screen
// each row is a card, and the names of the columns stand before their values.

import type {ComponentChildren} from 'preact';
import {useRef} from 'preact/hooks';
import {useKeys} from '../app/keys.ts';
import {base} from '../app/router.ts';
import type {Pages} from './load.ts';
import {Refused, Skeleton} from './states.tsx';

export interface Column<T> {
  title: string;
  cell: (row: T) => ComponentChildren;
  end?: boolean;
  /** Left out where there is little room: 2 below a desktop's width, 3 below a wide one's. */
  rank?: 1 | 2 | 3;
}

export interface Selection {
  chosen: ReadonlySet<string>;
  toggle: (key: string) => void;
  max: number;
}

interface Props<T> {
  caption: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  /** The path of a row's page, below /console. */
  pathOf?: (row: T) => string;
  selection?: Selection;
  currentKey?: string;
  /** What j and k do; without it they go from row to row. */
  onMove?: (by: 1 | -1) => void;
}

export function Table<T>({caption, rows, columns, keyOf, pathOf, selection, currentKey, onMove}: Props<T>) {
  const table = useRef<HTMLTableElement>(null);
  useKeys(pathOf ? {
    j: () => onMove ? onMove(1) : moveFocus(table.current, 1),
    k: () => onMove ? onMove(-1) : moveFocus(table.current, -1),
    ...(selection ? {x: () => {
      const key = focusedRow(table.current)?.dataset.key ?? currentKey;
      if (key) selection.toggle(key);
    }} : {}),
  } : {});
  return (
    <div class="table-frame">
      <table class="table" ref={table}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {selection ? <th scope="col" class="select"><span class="visually-hidden">Select</span></th> : null}
            {columns.map(column => <th key={column.title} scope="col" class={classOf(column)}>{column.title}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map(row => {
            const key = keyOf(row);
            const path = pathOf?.(row);
            return (
              <tr key={key} data-key={key} class={path ? 'opens' : undefined} aria-current={key === currentKey ? 'true' : undefined}
                onClick={path ? event => follow(event, event.currentTarget) : undefined}>
                {selection ? (
                  <td class="select">
                    <input type="checkbox" checked={selection.chosen.has(key)} aria-label={`Select ${key}`}
                      disabled={!selection.chosen.has(key) && selection.chosen.size >= selection.max}
                      onChange={() => selection.toggle(key)} />
                  </td>
                ) : null}
                {columns.map((column, index) => (
                  <td key={column.title} class={classOf(column)} data-label={index ? column.title : undefined}>
                    {path && index === 0
                      ? <a class="row-link" href={base + path}>{column.cell(row)}</a> : column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** A table that is filled page by page. */
export function List<T>({pages, empty, ...table}: Omit<Props<T>, 'rows'> & {pages: Pages<T>; empty: ComponentChildren}) {
  const {rows, problem} = pages;
  if (!rows) return problem ? <Refused problem={problem} retry={pages.reload} /> : <Skeleton lines={10} />;
  return (
    <>
      {problem ? <Refused problem={problem} retry={pages.reload} /> : null}
      {rows.length === 0 && !pages.hasMore ? empty : <Table rows={rows} {...table} />}
      {pages.hasMore ? (
        <p class="more"><button type="button" class="button" onClick={pages.more} disabled={pages.loading}>
          {pages.loading ? 'Loading' : 'Show more'}</button></p>
      ) : null}
    </>
  );
}

function classOf<T>(column: Column<T>): string | undefined {
  const classes = [column.end ? 'end' : '', column.rank && column.rank > 1 ? `rank-${column.rank}` : ''].filter(Boolean);
  return classes.join(' ') || undefined;
}

function follow(event: MouseEvent, row: HTMLTableRowElement): void {
  if ((event.target as Element).closest('a, button, input, label, select')) return;
  if (getSelection()?.toString()) return;
  row.querySelector<HTMLAnchorElement>('a.row-link')?.click();
}

function focusedRow(table: HTMLTableElement | null): HTMLTableRowElement | null {
  const focused = document.activeElement?.closest('tr') ?? null;
  return focused && table?.contains(focused) ? focused : null;
}

function moveFocus(table: HTMLTableElement | null, by: 1 | -1): void {
  const links = [...table?.querySelectorAll<HTMLAnchorElement>('a.row-link') ?? []];
  const row = focusedRow(table) ?? table?.querySelector('tr[aria-current]') ?? null;
  const at = links.findIndex(link => row?.contains(link));
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({block: 'nearest'});
}
