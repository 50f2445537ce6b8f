// What the keys do, and the switch for them.

import {Dialog} from '../ui/dialog.tsx';
import {keyHelp, useKeysSwitch} from './keys.ts';

export function KeyHelp({onClose}: {onClose: () => void}) {
  const [on, setOn] = useKeysSwitch();
  return (
    <Dialog title="Keys" onClose={onClose} wide>
      <div class="key-help">
        {keyHelp.map(([group, keys]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {keys.map(([key, does]) => (
                <div key={key}><dt>{key.split(' ').map(one => <kbd key={one}>{one}</kbd>)}</dt><dd>{does}</dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check"><input type="checkbox" checked={on} onChange={event => setOn(event.currentTarget.checked)} /> Keyboard shortcuts are on</label>
    </Dialog>
  );
}
