// How single values are shown: money, times, ids, statuses, accounts. Each in one way everywhere.

import type {ComponentChildren} from 'preact';
import {useState} from 'preact/hooks';
import {useNow} from '../app/clock.ts';
import {announce} from '../app/announce.tsx';
import {base} from '../app/router.ts';
import {hasPage, pathOf, shortId} from '../format/ids.ts';
import {accountOf, isMasked, type Party} from '../format/mask.ts';
import {grouped, type Amount} from '../format/money.ts';
import {age, exactTime} from '../format/time.ts';
import {tone, words, type Tone} from '../format/words.ts';
import {Icon} from './icon.tsx';

export function Money({amount}: {amount: Amount}) {
  return <span class="money">{grouped(amount.value)} <span class="currency">{amount.currency}</span></span>;
}

/** An age, with the exact time as its title. */
export function Age({at}: {at: string | null | undefined}) {
  const now = useNow();
  if (!at) return <None />;
  return <time dateTime={at} title={exactTime(at)} class="nowrap">{age(at, now)}</time>;
}

/** An exact time, with its age after it. */
export function Time({at}: {at: string | null | undefined}) {
  const now = useNow();
  if (!at) return <None />;
  return <time dateTime={at} title={exactTime(at)}>{exactTime(at)} <span class="quiet nowrap">({age(at, now)})</span></time>;
}

export function Pill({token, as, label}: {token: string; as?: Tone; label?: string}) {
  return <span class={`pill ${as ?? tone(token)}`}>{label ?? words(token)}</span>;
}

/** What is not known or empty. */
export function None({children = '–'}: {children?: ComponentChildren}) {
  return <span class="quiet">{children}</span>;
}

export function Text({children}: {children: string | null | undefined}) {
  return children ? <span class="break">{children}</span> : <None />;
}

/** An id as a link to its page. */
export function Id({id, short}: {id: string | null | undefined; short?: boolean}) {
  if (!id) return <None />;
  const text = short ? shortId(id) : id;
  if (!hasPage(id)) return <span class="id">{text}</span>;
  return <a class="id" href={base + pathOf(id)} title={id}>{text}</a>;
}

export function Copy({text, label}: {text: string; label: string}) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      announce(`The browser does not let the page copy ${label}`);
      return;
    }
    setCopied(true);
    announce(`Copied: ${label}`);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" class="icon-button small" onClick={copy} aria-label={`Copy ${label}`} title={`Copy ${label}`}>
      <Icon name={copied ? 'check' : 'copy'} />
    </button>
  );
}

/** An account or a party of a payment, as far as the session may see it. */
export function Account({party}: {party: Party}) {
  const account = accountOf(party);
  if (!account) return <None />;
  return <span class="id" title={isMasked(account) ? 'Masked. Reveal it with a reason.' : undefined}>{account}</span>;
}

export function PartyName({party}: {party: Party}) {
  return <>{party.name ? <span class="break">{party.name}</span> : null}{party.name ? ' ' : ''}<Account party={party} /></>;
}

/** Who did it: a key, an operator, the rules. */
export function Actor({actor}: {actor: string | null | undefined}) {
  if (!actor) return <span class="quiet">the rules</span>;
  return <span class="id">{actor}</span>;
}

/** A command to paste, for what the console does not do or is quicker there. */
export function Command({children}: {children: string}) {
  return <span class="command"><code>{children}</code><Copy text={children} label="the command" /></span>;
}
