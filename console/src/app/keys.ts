// Keyboard shortcuts of single letters. They can be switched off (WCAG 2.1.4), and never act while text is entered.

import {useLayoutEffect, useState} from 'preact/hooks';
import {navigate} from './router.ts';

export type KeyMap = Record<string, () => void>;

/** What each key does, for the help. */
export const keyHelp: readonly [group: string, keys: readonly [key: string, does: string][]][] = [
  ['Everywhere', [['?', 'show the keys'], ['/', 'search'], ['Esc', 'close, leave']]],
  ['Go to', [['g o', 'overview'], ['g p', 'payments'], ['g s', 'settlements'], ['g r', 'reviews'], ['g e', 'endpoints'],
    ['g d', 'deliveries']]],
  ['In lists', [['j', 'next row'], ['k', 'previous row'], ['Enter', 'open'], ['x', 'select']]],
  ['Decisions', [['a', 'accept'], ['s', 'split'], ['r', 'reject'], ['m', 'match by hand'], ['u', 'undo'],
    ['e', 'explain']]],
];

const places: Record<string, string> = {o: 'overview', p: 'payments', s: 'settlements', r: 'reviews', e: 'endpoints', d: 'deliveries'};
const stored = 'settled.keys';
const goesWithinMs = 1500;

/** The maps of what is on the screen; the newest that has the key counts. */
const maps: KeyMap[] = [];
let goSince = 0;

function keysAreOn(): boolean {
  return localStorage.getItem(stored) !== 'off';
}

function switchKeys(on: boolean): void {
  if (on) localStorage.removeItem(stored);
  else localStorage.setItem(stored, 'off');
}

export function useKeysSwitch(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(keysAreOn);
  return [on, value => { switchKeys(value); setOn(value); }];
}

/** While the component is shown, these keys act: from the moment that it is seen. */
export function useKeys(map: KeyMap): void {
  useLayoutEffect(() => {
    maps.push(map);
    return () => void maps.splice(maps.indexOf(map), 1);
  });
}

export function listenToKeys(): void {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysAreOn()) return;
    if (takesText(event.target) || document.querySelector('dialog[open]')) return;
    if (act(event.key, event.timeStamp)) event.preventDefault();
  });
}

function act(key: string, at: number): boolean {
  if (goSince && at - goSince < goesWithinMs) {
    goSince = 0;
    const place = places[key];
    if (place) navigate(`/${place}`);
    return place !== undefined;
  }
  if (key === 'g') {
    goSince = at;
    return true;
  }
  for (let i = maps.length - 1; i >= 0; --i) {
    const action = maps[i]![key];
    if (action) {
      action();
      return true;
    }
  }
  return false;
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
