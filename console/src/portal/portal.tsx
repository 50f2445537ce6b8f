// A partner's page: its own endpoint, and what was delivered to it. The link's token is exchanged for a session that sees
// nothing else.

import {useEffect, useState} from 'preact/hooks';
import {whenSessionEnds, type Problem} from '../api/client.ts';
import type {Session} from '../api/types.ts';
import {LiveRegion} from '../app/announce.tsx';
import {currentSession, SessionContext, signIn, signOut} from '../app/session.tsx';
import {Icon, Mark} from '../ui/icon.tsx';
import {asProblem} from '../ui/load.ts';
import {Refused, Skeleton} from '../ui/states.tsx';
import {Deliveries} from './deliveries.tsx';

type State =
  | {is: 'opening'}
  | {is: 'asked'}
  | {is: 'closed'; problem?: Problem}
  | {is: 'open'; session: Session; endpointId: string};

export function Portal({link}: {link: string | undefined}) {
  const [state, setState] = useState<State>({is: 'opening'});
  const take = (session: Session) => setState(session.endpoint_id
    ? {is: 'open', session, endpointId: session.endpoint_id} : link ? {is: 'asked'} : {is: 'closed'});
  const open = (replace: boolean) => {
    const opened = link ? signIn({link}, replace) : currentSession();
    opened.then(take, failure => {
      const problem = asProblem(failure);
      setState(problem.code === 'session_exists' ? {is: 'asked'} : {is: 'closed', problem: link ? problem : undefined});
    });
  };
  useEffect(() => {
    whenSessionEnds(() => setState({is: 'closed'}));
    open(false);
  }, []);
  const leave = () => void signOut().then(() => setState({is: 'closed'}), () => setState({is: 'closed'}));

  if (state.is === 'open') {
    return (
      <SessionContext.Provider value={{session: state.session, leave}}>
        <header class="top portal-top"><span class="brand"><Mark /><span>Deliveries</span></span>
          <div class="top-end"><button type="button" class="icon-button" aria-label="Leave" title="Leave" onClick={leave}><Icon name="leave" /></button></div>
        </header>
        <main class="main portal-main" id="main"><div class="page"><Deliveries endpointId={state.endpointId} /></div></main>
        <LiveRegion />
      </SessionContext.Provider>
    );
  }
  return (
    <div class="sign-in"><main class="sign-in-card">
      <div class="sign-in-head"><Mark /><h1>{state.is === 'asked' ? 'This browser is signed in' : 'Deliveries'}</h1></div>
      {state.is === 'opening' ? <Skeleton lines={3} /> : state.is === 'asked' ? (
        <div class="form"><p>This browser has another session. It must end before the link can be opened.</p>
          <div class="form-actions"><button type="button" class="button primary" onClick={() => open(true)}>End it and open the link</button></div></div>
      ) : (
        <>
          {state.problem ? <Refused problem={state.problem} /> : null}
          <p class="second">This page opens with a link. Links expire and can be revoked: ask the sender of your events for a new link.</p>
        </>
      )}
    </main></div>
  );
}
