// Messages as they came or went: laid out by members, or byte for byte.

import {useState} from 'preact/hooks';
import type {Webhook} from '../api/types.ts';
import {tone, words} from '../format/words.ts';
import {useGet} from './load.ts';
import {Reveal} from './reveal.tsx';
import {Ready} from './states.tsx';
import {Copy, Pill, Time} from './values.tsx';

export function RawWebhook({id}: {id: string}) {
  const webhook = useGet<Webhook>(`/v1/webhooks/${id}`);
  const [revealed, setRevealed] = useState<Webhook>();
  return (
    <Ready of={webhook} lines={5}>
      {stored => {
        const shown = revealed ?? stored;
        return (
          <div class="raw">
            <p class="raw-head"><strong>{shown.type || 'unreadable'}</strong> <Pill token={shown.status} />{' '}
              <span class="quiet">received</span> <Time at={shown.received_at} />
              <span class="raw-actions"><Reveal subject={id} onShown={object => setRevealed(object as unknown as Webhook)} /></span></p>
            {shown.body ? <Body text={shown.body} /> : (
              <p class="second">The message is withheld, since it is not known which of its members are personal. Reveal it
                with a reason.</p>
            )}
          </div>
        );
      }}
    </Ready>
  );
}

/** A body, laid out if it is JSON. */
export function Body({text}: {text: string}) {
  const [asSent, setAsSent] = useState(false);
  const laidOut = prettied(text);
  const shown = asSent || laidOut === undefined ? text : laidOut;
  return (
    <div class="code-block">
      <div class="code-actions">
        {laidOut !== undefined ? (
          <button type="button" class="text-button" aria-pressed={asSent} onClick={() => setAsSent(!asSent)}>as it was sent</button>
        ) : null}
        <Copy text={shown} label="the message" />
      </div>
      <pre class={asSent ? 'wrap' : undefined} tabindex={0} aria-label="Message"><code>{asSent ? shown : marked(shown)}</code></pre>
    </div>
  );
}

export function Json({value}: {value: unknown}) {
  return <Body text={JSON.stringify(value)} />;
}

/** Numbers keep their spelling: what is laid out must say what was sent, 70.00 and not 70. */
function prettied(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  let out = '';
  let depth = 0;
  for (const token of text.match(/"(?:\\.|[^"\\])*"|[[\]{},:]|[^\s[\]{},:"]+/g) ?? []) {
    if (token === '}' || token === ']') out += `\n${'  '.repeat(--depth)}${token}`;
    else if (token === '{' || token === '[') out += `${token}\n${'  '.repeat(++depth)}`;
    else if (token === ',') out += `,\n${'  '.repeat(depth)}`;
    else out += token === ':' ? ': ' : token;
  }
  return out.replace(/([[{])\n\s*([\]}])/g, '$1$2');
}

function marked(text: string) {
  return text.split(/("(?:\\.|[^"\\])*"(?=: ))/).map((part, index) =>
    index % 2 ? <span key={index} class="code-name">{part}</span> : part);
}

/** The name of a purpose or outcome next to its code, for attempts and calls. */
export function Outcome({outcome, status}: {outcome: string | null; status?: number | null}) {
  if (!outcome) return <span class="quiet">–</span>;
  return <span class="nowrap"><Pill token={outcome} as={tone(outcome) === 'good' ? 'good' : 'bad'}
    label={status && !outcome.includes(String(status)) ? `${words(outcome)} · ${status}` : words(outcome)} /></span>;
}
