// Where in the console the thing with an id is shown. An id of ours begins with three letters for its kind.

const screens: Record<string, string> = {
  pay: 'payments',
  stl: 'settlements',
  mat: 'matches',
  rev: 'reviews',
  ord: 'orders',
  lnk: 'links',
  ntf: 'notifications',
  end: 'endpoints',
  dlv: 'deliveries',
  stm: 'statements',
};

/** Kinds that are named in changes and have no page. */
const unshown = ['ses', 'plk', 'opr', 'chg', 'prg', 'rdl', 'prf', 'bat'];

export const ours = /^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{13}$/;

/** The address of the page of an id; what has no list of its own is shown as its timeline. */
export function pathOf(id: string): string {
  const screen = ours.test(id) ? screens[id.slice(0, 3)] : undefined;
  return `/${screen ?? 'timeline'}/${encodeURIComponent(id)}`;
}

export function hasPage(id: string): boolean {
  return ours.test(id) && !unshown.includes(id.slice(0, 3));
}

/** The end of an id, which tells two ids of one minute apart. */
export function shortId(id: string): string {
  return ours.test(id) ? `${id.slice(0, 4)}…${id.slice(-6)}` : id;
}
