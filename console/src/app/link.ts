// The token of a sign-in link (`settled console`) or of a partner's link: it stands in the fragment, which browsers send
// to no server, and leaves the address before anything else happens.

export function takeLink(mark: string): string | undefined {
  if (!location.hash.startsWith(mark) || location.hash.length <= mark.length) return undefined;
  const token = location.hash.slice(mark.length);
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}
