// Operators: the people who sign in with name, password and code.

import {useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {Act} from '../ui/act.tsx';
import {Head} from '../ui/blocks.tsx';
import {Dialog} from '../ui/dialog.tsx';
import {asProblem, usePages} from '../ui/load.ts';
import {Empty, Refused} from '../ui/states.tsx';
import {List, type Column} from '../ui/table.tsx';
import {Age, Copy, Pill} from '../ui/values.tsx';

interface Operator {
  id: string;
  username: string;
  role: string;
  created_at: string;
  totp_uri?: string;
}

const roles: Record<string, string> = {
  viewer: 'reads',
  operator: 'also decides, delivers again, and reveals what is masked',
  admin: 'also changes keys, connectors and operators',
};
const passwordLengthMin = 12;

export function OperatorList() {
  const may = useMay();
  const pages = usePages<Operator>('/v1/operators');
  const [adding, setAdding] = useState(false);
  const [shown, setShown] = useState<Operator>();
  const columns: Column<Operator>[] = [
    {title: 'Operator', cell: row => <strong class="break">{row.username}</strong>},
    {title: 'Role', cell: row => <Pill token={row.role} as={row.role === 'admin' ? 'info' : 'calm'} />},
    {title: 'May', cell: row => <span class="second">{roles[row.role]}</span>, rank: 3},
    {title: 'Id', cell: row => <span class="id">{row.id}</span>, rank: 2},
    {title: 'Added', end: true, cell: row => <Age at={row.created_at} />},
    {title: 'Change', end: true, cell: row => (
      <span class="row-actions">
        <Act<Operator> label="New code secret" scope="admin" path={`/v1/operators/${row.id}/totp`} done="The new secret was made"
          question={`The codes from the present secret stop working, and ${row.username} is signed out.`} onDone={setShown} />
        <Act label="Remove" scope="admin" method="DELETE" danger path={`/v1/operators/${row.id}`} done="The operator was removed"
          question={`${row.username} is signed out everywhere and cannot sign in again.`} onDone={pages.reload} />
      </span>
    )},
  ];
  return (
    <>
      <Head title="Operators" tab="Operators">{may('admin')
        ? <button type="button" class="button" onClick={() => setAdding(true)}>Add an operator</button> : null}</Head>
      <List caption="Operators" pages={pages} columns={columns} keyOf={row => row.id}
        empty={<Empty title="There is no operator." command="settled operators add NAME --role operator">
          People who sign in with a name are added here, or on the server's machine.</Empty>} />
      {adding ? <AddOperator onClose={() => setAdding(false)} onAdded={operator => { setAdding(false); setShown(operator); pages.reload(); }} /> : null}
      {shown?.totp_uri ? (
        <Dialog title={`The secret for ${shown.username}'s codes`} onClose={() => setShown(undefined)}>
          <p class="second">It is shown only now. {shown.username} enters it into an authenticator app.</p>
          <p class="secret"><code class="break">{shown.totp_uri}</code><Copy text={shown.totp_uri} label="the secret" /></p>
        </Dialog>
      ) : null}
    </>
  );
}

function AddOperator({onAdded, onClose}: {onAdded: (operator: Operator) => void; onClose: () => void}) {
  const [problem, setProblem] = useState<Problem>();
  const add = async (event: SubmitEvent) => {
    event.preventDefault();
    const entered = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const operator = await post<Operator>('/v1/operators', Object.fromEntries(entered));
      announce(`${operator.username} was added`);
      onAdded(operator);
    } catch (failure) {
      setProblem(asProblem(failure));
    }
  };
  return (
    <Dialog title="Add an operator" onClose={onClose}>
      <form class="form" onSubmit={add}>
        <label class="field"><span>User name</span><input name="username" required autofocus autocomplete="off" spellcheck={false} /></label>
        <label class="field"><span>Password, at least {passwordLengthMin} characters</span>
          <input name="password" type="password" required minLength={passwordLengthMin} autocomplete="new-password" /></label>
        <fieldset class="picker"><legend>Role</legend>
          {Object.entries(roles).map(([role, does]) => (
            <label key={role} class="check"><input type="radio" name="role" value={role} required /><span>{role} <span class="quiet">{does}</span></span></label>
          ))}
        </fieldset>
        {problem ? <Refused problem={problem} /> : null}
        <div class="form-actions">
          <button type="button" class="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="button primary">Add</button>
        </div>
      </form>
    </Dialog>
  );
}
