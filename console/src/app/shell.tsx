// The frame of every screen: navigation, search, and who is signed in.

import {useEffect, useRef, useState} from 'preact/hooks';
import {screens, type Screen} from '../screens/index.ts';
import type {Status} from '../api/types.ts';
import {count} from '../format/words.ts';
import {Head} from '../ui/blocks.tsx';
import {Dialog} from '../ui/dialog.tsx';
import {Icon, Mark, type IconName} from '../ui/icon.tsx';
import {useGet} from '../ui/load.ts';
import {Empty} from '../ui/states.tsx';
import {Pill} from '../ui/values.tsx';
import {announce, LiveRegion} from './announce.tsx';
import {KeyHelp} from './help.tsx';
import {useKeys} from './keys.ts';
import {base, navigate, useRoute} from './router.ts';
import {useMay, useSession} from './session.tsx';
import {setTheme, theme, type Theme} from './theme.ts';

const statusEverySeconds = 20;

export function Shell() {
  const route = useRoute();
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const may = useMay();
  const status = useGet<Status>(may('settlements:read') ? '/v1/status' : undefined, {}, statusEverySeconds).data;
  useKeys({
    '?': () => setHelp(true),
    '/': () => search.current?.focus(),
  });
  const name = route.screen || firstScreen(may);
  const screen = screens[name];
  useArrival(`${name}/${route.id ?? ''}`);
  return (
    <>
      <a class="skip" href="#main" onClick={event => { event.preventDefault(); document.getElementById('main')?.focus(); }}>
        Skip to the content</a>
      <header class="top">
        <button type="button" class="icon-button menu-button" aria-label="Menu" onClick={() => setMenu(true)}><Icon name="menu" /></button>
        <a class="brand" href={`${base}/overview`} aria-label="settled, overview"><Mark /><span>settled</span></a>
        <SearchField input={search} />
        <div class="top-end">
          {status ? <a class="top-state" href={`${base}/overview`} aria-label={`State: ${status.state}`}>
            <Pill token={status.state} /></a> : null}
          <button type="button" class="icon-button only-wide" aria-label="Keys" title="Keys (?)" onClick={() => setHelp(true)}>
            <Icon name="keyboard" /></button>
          <ThemeButton />
          <Account />
        </div>
      </header>
      <nav class="nav" aria-label="Screens"><NavLinks current={name} reviews={status?.reviews.open} /></nav>
      <main class="main" id="main" tabindex={-1}>
        <div class="page"><Body screen={screen} id={route.id} path={location.pathname} /></div>
      </main>
      {menu ? (
        <Dialog title="Menu" onClose={() => setMenu(false)}>
          <nav class="menu-nav" aria-label="Screens" onClick={event => {
            if ((event.target as Element).closest('a')) setMenu(false);
          }}><NavLinks current={name} reviews={status?.reviews.open} /></nav>
        </Dialog>
      ) : null}
      {help ? <KeyHelp onClose={() => setHelp(false)} /> : null}
      <LiveRegion />
    </>
  );
}

/** What a session sees first: the first screen that it may read. */
function firstScreen(may: (scope: string) => boolean): string {
  return Object.entries(screens).find(([, screen]) => may(screen.scope))?.[0] ?? 'overview';
}

/** After a step to another screen the focus is in it, and its title is announced. */
function useArrival(place: string): void {
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    announce(document.title);
    if (!document.activeElement || document.activeElement === document.body) document.getElementById('main')?.focus({preventScroll: true});
  }, [place]);
}

function Body({screen, id, path}: {screen: Screen | undefined; id: string | undefined; path: string}) {
  const may = useMay();
  if (!screen) {
    return <><Head title="Not found" tab="Not found" />
      <Empty title={`There is no screen at ${path}.`}>Use the navigation, or search with “/”.</Empty></>;
  }
  if (!may(screen.scope)) {
    return <><Head title={screen.title} tab={screen.title} />
      <Empty title="This session may not read this screen.">The screen needs the scope {screen.scope}.
        The navigation lists the screens that this session may read.</Empty></>;
  }
  return id !== undefined && screen.Item ? <screen.Item key={id} id={id} /> : <screen.List id={id} />;
}

function NavLinks({current, reviews}: {current: string; reviews: number | undefined}) {
  const may = useMay();
  const groups = new Map<string, [string, Screen][]>();
  for (const entry of Object.entries(screens)) {
    const group = entry[1].group;
    if (group === undefined || !may(entry[1].scope)) continue;
    groups.set(group, [...groups.get(group) ?? [], entry]);
  }
  return (
    <>
      {[...groups].map(([group, entries]) => (
        <div key={group} class="nav-group">
          {group ? <h2>{group}</h2> : null}
          <ul>
            {entries.map(([name, screen]) => (
              <li key={name}>
                <a href={`${base}/${name}`} aria-current={name === current ? 'page' : undefined}>
                  <Icon name={screen.icon} /><span>{screen.title}</span>
                  {name === 'reviews' && reviews ? <span class="nav-count" aria-label={count(reviews, 'open review')}>{reviews}</span> : null}
                </a>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}

function SearchField({input}: {input: {current: HTMLInputElement | null}}) {
  const find = (event: Event) => {
    event.preventDefault();
    const word = input.current?.value.trim();
    if (word) navigate(`/search#${encodeURIComponent(word)}`);
    input.current?.blur();
  };
  return (
    <form class="search" role="search" onSubmit={find}>
      <Icon name="search" />
      <input ref={input} type="search" aria-label="Search" placeholder="Search an id, amount, name, reference" spellcheck={false}
        autocomplete="off" onKeyDown={event => { if (event.key === 'Escape') event.currentTarget.blur(); }} />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

const themes: Record<Theme, [next: Theme, icon: IconName, words: string]> = {
  system: ['light', 'system', 'Colours: as the system has them'],
  light: ['dark', 'sun', 'Colours: light'],
  dark: ['system', 'moon', 'Colours: dark'],
};

function ThemeButton() {
  const [chosen, setChosen] = useState(theme);
  const [next, icon, label] = themes[chosen];
  return (
    <button type="button" class="icon-button" aria-label={label} title={label}
      onClick={() => { setTheme(next); setChosen(next); }}><Icon name={icon} /></button>
  );
}

function Account() {
  const {session, leave} = useSession();
  return (
    <div class="account">
      <span class="account-who only-wide"><span class="id">{session.actor}</span><span class="quiet">{session.tenant}</span></span>
      <button type="button" class="icon-button" aria-label="Sign out" title={`Sign out ${session.actor}`} onClick={leave}>
        <Icon name="leave" /></button>
    </div>
  );
}
