import { PROFILE_CONTENT_TYPE } from '@tsukasa/apple-mdm';
import { fetchFollowing, type HttpAnswer } from './http.ts';
import { ProfileRefused } from './profile.ts';

/** `device` asks the link for the profile itself; `safari` opens the page as a person does and takes its profile link. */
export type FetchAs = 'device' | 'safari';

const AGENTS: Readonly<Record<FetchAs, string>> = {
  device: 'ManagedClient/1.0 CFNetwork/1490 Darwin/23.6.0',
  safari:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1',
};
const ACCEPTS: Readonly<Record<FetchAs, string>> = {
  device: '*/*',
  safari: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
};

/** Fetches a profile from an invitation's link alone. Throws `ProfileRefused` for anything that is no profile. */
export async function fetchProfile(
  url: string,
  options: { readonly as?: FetchAs; readonly ca?: readonly string[]; readonly timeoutMs?: number } = {},
): Promise<Buffer> {
  const as = options.as ?? 'device';
  const get = (address: string) =>
    fetchFollowing({
      ...options,
      url: address,
      headers: { accept: ACCEPTS[as], 'accept-language': 'ja-JP,ja;q=0.9', 'user-agent': AGENTS[as] },
    });
  const first = expectOk(await get(url));
  if (as === 'device') return profileOf(first);
  if (typeOf(first) !== 'text/html') throw new ProfileRefused([`the page has the type ${typeOf(first)}`]);
  return profileOf(expectOk(await get(profileLink(first))));
}

function expectOk(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200) throw new ProfileRefused([`the link answered ${answer.status}`]);
  return answer;
}

function typeOf(answer: HttpAnswer): string {
  return (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function profileOf(answer: HttpAnswer): Buffer {
  const type = typeOf(answer);
  if (type !== PROFILE_CONTENT_TYPE) throw new ProfileRefused([`a profile is not served as ${type || 'nothing'}`]);
  return answer.body;
}

/** The link or form of the page that leads to the profile. */
function profileLink(page: HttpAnswer): string {
  const html = page.body.toString('utf8');
  for (const [, , target = ''] of html.matchAll(/\b(?:href|action)\s*=\s*(["'])(.*?)\1/gi)) {
    const url = URL.parse(target.replaceAll('&amp;', '&'), page.url);
    if (url !== null && /\/profile$/.test(url.pathname)) return url.href;
  }
  throw new ProfileRefused(['the page has no link to the profile']);
}
