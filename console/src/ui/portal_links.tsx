// Links with which a partner sees its own endpoint: made, listed, revoked.

import {useState} from 'preact/hooks';
import {post, type Problem} from '../api/client.ts';
import {announce} from '../app/announce.tsx';
import {useMay} from '../app/session.tsx';
import {words} from '../format/words.ts';
import {Act} from './act.tsx';
import {Section} from './blocks.tsx';
import {Dialog} from './dialog.tsx';
import {asProblem, usePages} from './load.ts';
import {Empty, Refused} from './states.tsx';
import {List, type Column} from './table.tsx';
import {Age, Copy, Pill} from './values.tsx';

interface PortalLink {
  id: string;
  can: string[];
  created_by: string;
  expires_at: string;
  revoked_at: string | null;
  url?: string;
}

const rights = ['read', 'redeliver', 'ping'];
const days = [1, 7, 30];

export function PortalLinks({endpointId}: {endpointId: string}) {
  const may = useMay();
  const pages = usePages<PortalLink>(`/v1/endpoints/${endpointId}/portal-links`, {}, 10);
  const [making, setMaking] = useState(false);
  const columns: Column<PortalLink>[] = [
    {title: 'Link', cell: row => <span class="id">{row.id}</span>},
    {title: 'State', cell: row => <LinkState link={row} />},
    {title: 'May', cell: row => row.can.map(words).join(', '), rank: 3},
    {title: 'Ends', end: true, cell: row => <Age at={row.expires_at} />},
    {title: '', end: true, cell: row => row.revoked_at ? null : <Act label="Revoke" scope="endpoints:write" method="DELETE" danger
      path={`/v1/portal-links/${row.id}`} done="The link was revoked" question="Sessions that were opened with it end." onDone={pages.reload} />},
  ];
  return (
    <Section title="Partner's page" flush actions={may('endpoints:write')
      ? <button type="button" class="button small" onClick={() => setMaking(true)}>Make a link</button> : null}>
      <List caption="Links to the partner's page" pages={pages} columns={columns} keyOf={row => row.id}
        empty={<Empty title="The partner has no link.">With a link, the partner sees its own events, deliveries and attempts, and nothing else.</Empty>} />
      {making ? <MakeLink endpointId={endpointId} onClose={() => { setMaking(false); pages.reload(); }} /> : null}
    </Section>
  );
}

function LinkState({link}: {link: PortalLink}) {
  if (link.revoked_at) return <Pill token="revoked" />;
  return <Pill token={Date.parse(link.expires_at) < Date.now() ? 'expired' : 'active'} />;
}

/** A server that knows no public address of its own gives the path alone. */
function absolute(url: string): string {
  return new URL(url, location.origin).href;
}

function MakeLink({endpointId, onClose}: {endpointId: string; onClose: () => void}) {
  const [can, setCan] = useState<ReadonlySet<string>>(new Set(['read', 'redeliver']));
  const [lasts, setLasts] = useState(7);
  const [made, setMade] = useState<PortalLink>();
  const [problem, setProblem] = useState<Problem>();
  const make = async (event: Event) => {
    event.preventDefault();
    try {
      setMade(await post<PortalLink>(`/v1/endpoints/${endpointId}/portal-links`, {expires_in_seconds: lasts * 86_400, can: [...can]}));
      announce('The link was made');
    } catch (failure) {
      setProblem(asProblem(failure));
    }
  };
  const toggle = (right: string) => {
    const next = new Set(can);
    if (!next.delete(right)) next.add(right);
    setCan(next);
  };
  return (
    <Dialog title="Link to the partner's page" onClose={onClose}>
      {made?.url ? (
        <div class="form">
          <p class="second">The link is shown only now. Each person with the link sees this endpoint's deliveries. It expires <Age at={made.expires_at} />.</p>
          <p class="secret"><code class="break">{absolute(made.url)}</code><Copy text={absolute(made.url)} label="the link" /></p>
        </div>
      ) : (
        <form class="form" onSubmit={make}>
          <fieldset class="checks"><legend>The partner may</legend>
            {rights.map(right => (
              <label key={right} class="check"><input type="checkbox" checked={can.has(right)} disabled={right === 'read'}
                onChange={() => toggle(right)} /> {right}</label>
            ))}
          </fieldset>
          <fieldset class="checks"><legend>Valid for</legend>
            {days.map(number => (
              <label key={number} class="check"><input type="radio" name="lasts" checked={lasts === number} onChange={() => setLasts(number)} />{' '}
                {number === 1 ? '1 day' : `${number} days`}</label>
            ))}
          </fieldset>
          {problem ? <Refused problem={problem} /> : null}
          <div class="form-actions"><button type="submit" class="button primary">Make the link</button></div>
        </form>
      )}
    </Dialog>
  );
}
