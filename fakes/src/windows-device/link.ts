import { fetchFollowing, type HttpAnswer, type Reach } from './http.ts';
import { insist } from './mistakes.ts';
import { decodeHtml } from './sign-in.ts';

/** What an invitation's page gives a person on Windows. */
export type InvitationLink = {
  readonly discoveryUrl: string;
  readonly userName: string | undefined;
  /** The invitation's code: the last part of its link. */
  readonly code: string;
  readonly ownership: '1' | '2' | '3' | undefined;
};

const WHERE = 'invitation page';
const EDGE =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0';

/** Opens the page and follows its `ms-device-enrollment:` button. Throws `ServerMistake`. */
export async function readInvitationPage(reach: Reach, url: string): Promise<InvitationLink> {
  const answer = await openPage(reach, url);
  insist(answer.status === 200, WHERE, `answers ${answer.status}`);
  const html = answer.body.toString('utf8');
  const [, href] = /href="(ms-device-enrollment:[^"]*)"/.exec(html) ?? [];
  insist(href !== undefined, WHERE, 'has no button for Windows');
  const code = new URL(url).pathname.split('/').findLast((part) => part !== '') ?? '';
  return { ...parseDeepLink(decodeHtml(href)), code: decodeURIComponent(code) };
}

/** Which devices a link is for, as its page says to programs. */
export async function findPlatform(reach: Reach, url: string): Promise<string | undefined> {
  const { body } = await openPage(reach, url);
  return /<meta name="tsukasa-platform" content="([a-z]+)">/.exec(body.toString('utf8'))?.[1];
}

function openPage(reach: Reach, url: string): Promise<HttpAnswer> {
  return fetchFollowing({
    url,
    headers: { accept: 'text/html,application/xhtml+xml', 'accept-language': 'ja,en;q=0.8', 'user-agent': EDGE },
    ...(reach.ca === undefined ? {} : { ca: reach.ca }),
    ...(reach.timeoutMs === undefined ? {} : { timeoutMs: reach.timeoutMs }),
  });
}

/** `ms-device-enrollment:?mode=mdm&…` as Windows reads it. Throws `ServerMistake`. */
export function parseDeepLink(href: string): Omit<InvitationLink, 'code'> {
  insist(href.startsWith('ms-device-enrollment:?'), WHERE, 'has a link of another scheme');
  const query = new URLSearchParams(href.slice('ms-device-enrollment:?'.length));
  insist(query.get('mode') === 'mdm', WHERE, 'has a link of another mode');
  const server = query.get('servername');
  insist(server !== null && server !== '', WHERE, 'has a link without servername');
  const ownership = (['1', '2', '3'] as const).find((one) => one === query.get('ownership'));
  insist(!query.has('ownership') || ownership !== undefined, WHERE, 'has a link with an unknown ownership');
  const discoveryUrl = /^https?:\/\//.test(server) ? server : `https://${server}/EnrollmentServer/Discovery.svc`;
  return { discoveryUrl, userName: query.get('username') ?? undefined, ownership };
}
