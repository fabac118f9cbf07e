import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '../errors.ts';

/**
 * Refuses a request that changes something, carries cookies and was not made by our own pages: `forbidden`
 * (`request.cross_site`). Programs send a bearer token and no cookie, and are not asked. A browser says where a request
 * comes from in `Sec-Fetch-Site` (secure origins and localhost) and `Origin` (always, for what is not GET or HEAD).
 */
export function requireSameSite(method: string, headers: IncomingHttpHeaders, publicOrigin: string): void {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
  if (headers.cookie === undefined) return;
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin') return;
  if (site === undefined && headers.origin !== undefined && isOurs(headers.origin, headers.host, publicOrigin)) return;
  throw new DomainError('forbidden', 'a request with cookies came from another site', { reason: 'request.cross_site' });
}

/** Our public origin, or the origin of the address that the browser was told to open. */
function isOurs(origin: string, host: string | undefined, publicOrigin: string): boolean {
  if (origin === publicOrigin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
