// The one way to the server: the public API with the session's cookie. Every change carries the session's CSRF token
// and an Idempotency-Key, so that a change that was sent twice happens once.

export interface ProblemBody {
  status: number;
  title: string;
  detail: string;
  code: string;
  request_id: string;
  errors?: {pointer: string; code: string; detail: string}[];
}

/** What the server refused, or why it could not be reached (code `unreachable`). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly details: readonly string[];

  constructor(body: Partial<ProblemBody> & {status: number}) {
    super(body.detail || body.title || `The server answered with ${body.status}.`);
    this.status = body.status;
    this.code = body.code ?? `http_${body.status}`;
    this.requestId = body.request_id ?? '';
    this.details = (body.errors ?? []).slice(1).map(one => `${one.pointer}: ${one.detail}`);
  }
}

export interface Page<T> {
  data: T[];
  next: string | null;
}

export type Query = Record<string, string | number | boolean | undefined | null>;

let csrfToken = '';
let onSessionEnd: () => void = () => {};

export function useToken(token: string): void {
  csrfToken = token;
}

export function whenSessionEnds(act: () => void): void {
  onSessionEnd = act;
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

export function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return send<T>('GET', address(path, query), undefined, signal);
}

export function post<T>(path: string, body: unknown = {}, idempotencyKey?: string): Promise<T> {
  return send<T>('POST', path, body, undefined, idempotencyKey);
}

export function remove(path: string): Promise<void> {
  return send<void>('DELETE', path);
}

export async function send<T>(
  method: string, target: string, body?: unknown, signal?: AbortSignal, idempotencyKey?: string,
): Promise<T> {
  const headers: Record<string, string> = {Accept: 'application/json'};
  if (method !== 'GET') {
    headers['Idempotency-Key'] = idempotencyKey ?? crypto.randomUUID();
    if (csrfToken) headers['X-CSRF-Token'] = csrfToken;
  }
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(target, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      signal, credentials: 'same-origin', cache: 'no-store', redirect: 'error',
    });
  } catch (failure) {
    if (signal?.aborted) throw failure;
    throw new Problem({status: 0, code: 'unreachable', detail: 'The server cannot be reached.'});
  }
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const problem = new Problem({...await problemOf(answer), status: answer.status});
  if (answer.status === 401 && !target.startsWith('/v1/sessions')) onSessionEnd();
  throw problem;
}

/** POSTs a file as it is, and says how many of its bytes have been sent: `fetch` cannot. */
export function sendFile<T>(target: string, file: Blob, onSent: (bytes: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const call = new XMLHttpRequest();
    const unreachable = () => reject(new Problem({status: 0, code: 'unreachable', detail: 'The server cannot be reached, or ended the connection.'}));
    call.open('POST', target);
    call.responseType = 'json';
    call.setRequestHeader('Accept', 'application/json');
    call.setRequestHeader('Content-Type', 'application/octet-stream');
    if (csrfToken) call.setRequestHeader('X-CSRF-Token', csrfToken);
    call.upload.onprogress = event => onSent(event.loaded);
    call.upload.onload = () => onSent(file.size);
    call.onerror = unreachable;
    call.onabort = unreachable;
    call.onload = () => {
      if (call.status < 300) return resolve(call.response as T);
      if (call.status === 401) onSessionEnd();
      reject(new Problem({...call.response as Partial<ProblemBody> | null, status: call.status}));
    };
    signal.addEventListener('abort', () => call.abort());
    call.send(file);
  });
}

async function problemOf(answer: Response): Promise<Partial<ProblemBody>> {
  try {
    return await answer.json() as ProblemBody;
  } catch {
    return {request_id: answer.headers.get('X-Request-Id') ?? ''};
  }
}
