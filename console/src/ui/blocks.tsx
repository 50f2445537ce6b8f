// The parts that screens are made of: heading, section, facts, filters.

import type {ComponentChildren} from 'preact';
import {useEffect} from 'preact/hooks';
import type {Query} from '../api/client.ts';
import {setQuery, useRoute} from '../app/router.ts';
import {exactTime} from '../format/time.ts';
import {words} from '../format/words.ts';
import {Icon} from './icon.tsx';

/** The head of a screen. The title names the tab, too. */
export function Head({title, tab, status, children, above}: {
  title: ComponentChildren;
  tab: string;
  status?: ComponentChildren;
  above?: ComponentChildren;
  children?: ComponentChildren;
}) {
  useEffect(() => { document.title = `${tab} · settled`; }, [tab]);
  return (
    <header class="head">
      <div class="head-title">
        {above ? <p class="head-above">{above}</p> : null}
        <div class="head-line"><h1>{title}</h1>{status}</div>
      </div>
      {children ? <div class="head-actions">{children}</div> : null}
    </header>
  );
}

export function Section({title, children, actions, flush, note}: {
  title: string;
  children: ComponentChildren;
  actions?: ComponentChildren;
  note?: ComponentChildren;
  flush?: boolean;
}) {
  return (
    <section class={flush ? 'section flush' : 'section'}>
      <div class="section-head"><h2>{title}</h2>{note ? <span class="quiet">{note}</span> : null}
        {actions ? <div class="section-actions">{actions}</div> : null}</div>
      {children}
    </section>
  );
}

export type Fact = [name: string, value: ComponentChildren] | undefined | null | false | '';

export function Facts({facts}: {facts: readonly Fact[]}) {
  return (
    <dl class="facts">
      {facts.map(fact => fact ? <div key={fact[0]}><dt>{fact[0]}</dt><dd>{fact[1]}</dd></div> : null)}
    </dl>
  );
}

/** The filters of a list, which are the query of its address. */
export function Filters({children}: {children: ComponentChildren}) {
  return <div class="filters" role="group" aria-label="Filters">{children}</div>;
}

export function Choice({name, label, options, all = 'all'}: {name: string; label: string; options: readonly string[]; all?: string}) {
  const value = useRoute().query.get(name) ?? '';
  return (
    <label class="filter"><span>{label}</span>
      <select value={value} onChange={event => setQuery({[name]: event.currentTarget.value})}>
        <option value="">{all}</option>
        {options.map(option => <option key={option} value={option}>{words(option)}</option>)}
        {value && !options.includes(value) ? <option value={value}>{words(value)}</option> : null}
      </select>
    </label>
  );
}

/** A filter of text; it acts when it is left or Enter is pressed. */
export function Word({name, label, placeholder}: {name: string; label: string; placeholder?: string}) {
  const value = useRoute().query.get(name) ?? '';
  return (
    <label class="filter"><span>{label}</span>
      <input type="search" value={value} placeholder={placeholder} spellcheck={false} autocomplete="off"
        onChange={event => setQuery({[name]: event.currentTarget.value.trim()})} />
    </label>
  );
}

/** Filters that the screen has no field for, such as the times of the overview's figures: each can be taken away. */
export function OtherFilters({filters, shown}: {filters: Query; shown: readonly string[]}) {
  return (
    <>
      {Object.entries(filters).filter(([name]) => !shown.includes(name)).map(([name, value]) => (
        <button key={name} type="button" class="filter-chip" aria-label={`Without ${words(name)}`} onClick={() => setQuery({[name]: undefined})}>
          <span class="quiet">{words(name)}</span> {text(String(value))} <Icon name="cross" /></button>
      ))}
    </>
  );
}

function text(value: string): string {
  return value.endsWith('Z') ? exactTime(value) : value;
}

export function Chips({items, as = ''}: {items: readonly string[]; as?: string}) {
  return <span class="chips">{items.map(item => <span key={item} class={`chip ${as}`}>{words(item)}</span>)}</span>;
}
