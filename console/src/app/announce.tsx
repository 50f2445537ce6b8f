// What changed, for people who hear the page: one polite live region.

import {useEffect, useState} from 'preact/hooks';

let say: (text: string) => void = () => {};

export function announce(text: string): void {
  say(text);
}

export function LiveRegion() {
  const [text, setText] = useState('');
  useEffect(() => {
    say = setText;
    return () => { say = () => {}; };
  }, []);
  return <div class="visually-hidden" role="status" aria-live="polite">{text}</div>;
}
