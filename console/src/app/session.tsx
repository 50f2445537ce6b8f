// Who is signed in. The cookie is the server's matter; the page keeps the CSRF token in memory alone.

import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import {get, post, remove, useToken} from '../api/client.ts';
import type {Session} from '../api/types.ts';

export type Credentials =
  | {api_key: string}
  | {link: string}
  | {username: string; password: string; code: string};

export async function currentSession(): Promise<Session> {
  return kept(await get<Session>('/v1/sessions/current'));
}

export async function signIn(credentials: Credentials, replace = false): Promise<Session> {
  return kept(await post<Session>('/v1/sessions', replace ? {...credentials, replace} : credentials));
}

export async function signOut(): Promise<void> {
  await remove('/v1/sessions/current');
  useToken('');
}

function kept(session: Session): Session {
  useToken(session.csrf_token);
  return session;
}

export interface Signed {
  session: Session;
  leave: () => void;
}

export const SessionContext = createContext<Signed | undefined>(undefined);

export function useSession(): Signed {
  const signed = useContext(SessionContext);
  if (!signed) throw new Error('no session');
  return signed;
}

/** Whether the session has a scope, as the server decides it: `*` is all of them. */
export function useMay(): (scope: string) => boolean {
  const scopes = useSession().session.scopes;
  return scope => scopes.includes('*') || scopes.includes(scope)
    || (scope.startsWith('connectors:') && scopes.includes('admin'));
}
