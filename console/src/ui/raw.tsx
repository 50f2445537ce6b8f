// A body, laid out by members or byte for byte.

import {useState} from 'preact/hooks';
import {tone, words} from '../format/words.ts';
import {Copy, Pill} from './values.tsx';

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
