// The whole console: the sign-in, or the screens for the session that is there.

import {useEffect, useState} from 'preact/hooks';
import {whenSessionEnds} from '../api/client.ts';
import type {Session} from '../api/types.ts';
import {Skeleton} from '../ui/states.tsx';
import {takeLink} from './link.ts';
import {currentSession, SessionContext, signOut} from './session.tsx';
import {Shell} from './shell.tsx';
import {SignIn} from './sign_in.tsx';

type State =
  | {is: 'looking'}
  | {is: 'out'; notice?: string; link?: string}
  /** A link was opened over a session: a person decides which of the two stays. */
  | {is: 'asked'; link: string; session: Session}
  | {is: 'in'; session: Session};

/** What stands before the token in the fragment. */
export const linkMark = '#signin=';

export function Console({first}: {first: string | undefined}) {
  const [state, setState] = useState<State>({is: 'looking'});
  useEffect(() => {
    const open = (link: string | undefined) => {
      currentSession().then(
        session => setState(link ? {is: 'asked', link, session} : {is: 'in', session}),
        () => setState({is: 'out', link}));
    };
    const again = () => {
      const link = takeLink(linkMark);
      if (link) open(link);
    };
    open(first);
    addEventListener('hashchange', again);
    whenSessionEnds(() => setState({is: 'out', notice: 'Your session has ended. Sign in to go on where you were.'}));
    return () => removeEventListener('hashchange', again);
  }, []);

  const signed = (session: Session) => setState({is: 'in', session});
  switch (state.is) {
    case 'looking':
      return <div class="sign-in"><main class="sign-in-card"><Skeleton lines={4} /></main></div>;
    case 'out':
      return <SignIn key="out" notice={state.notice} link={state.link} onSigned={signed} />;
    case 'asked':
      return <SignIn key={state.link} link={state.link} before={state.session} onSigned={signed} onKeep={() => signed(state.session)} />;
    case 'in': {
      const leave = () => {
        signOut().then(
          () => setState({is: 'out', notice: 'You are signed out.'}),
          () => setState({is: 'out', notice: 'The server could not be reached: the session ends by itself after 30 minutes.'}));
      };
      return <SessionContext.Provider value={{session: state.session, leave}}><Shell key={state.session.csrf_token} /></SessionContext.Provider>;
    }
  }
}
