// Showing one thing unmasked. The reason is written to the changes before the server answers.

import {useId, useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {Dialog} from './dialog.tsx';
import {Icon} from './icon.tsx';
import {asProblem} from './load.ts';
import {Refused} from './states.tsx';

export function Reveal({subject, onShown}: {subject: string; onShown: (object: Record<string, unknown>) => void}) {
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState(false);
  if (!may('personal:read')) return null;
  if (shown) return <span class="pill warn" title="The reveal and its reason are recorded under Changes">revealed</span>;
  return (
    <>
      <button type="button" class="button small" onClick={() => setAsking(true)}><Icon name="eye" /> Reveal</button>
      {asking ? <RevealDialog subject={subject} onClose={() => setAsking(false)}
        onShown={object => { setShown(true); setAsking(false); onShown(object); }} /> : null}
    </>
  );
}

function RevealDialog({subject, onShown, onClose}: {
  subject: string;
  onShown: (object: Record<string, unknown>) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const field = useId();
  const reveal = async (event: Event) => {
    event.preventDefault();
    try {
      const answer = await post<{object: Record<string, unknown>}>('/v1/reveals', {subject, reason: reason.trim()});
      announce('It is shown unmasked');
      onShown(answer.object);
    } catch (failure) {
      setProblem(asProblem(failure));
    }
  };
  return (
    <Dialog title="Reveal personal data" onClose={onClose}>
      <form class="form" onSubmit={reveal}>
        <p class="second">Accounts and names of <span class="id">{subject}</span> are shown to you until you leave the page. Your
          name and the reason are kept.</p>
        <label class="field" for={field}><span>Reason</span>
          <textarea id={field} required maxLength={256} rows={2} autofocus value={reason}
            placeholder="The support case, for example" onInput={event => setReason(event.currentTarget.value)} /></label>
        {problem ? <Refused problem={problem} /> : null}
        <div class="form-actions">
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="button primary" disabled={!reason.trim()}>Reveal</button>
        </div>
      </form>
    </Dialog>
  );
}
