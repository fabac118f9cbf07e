import type { IncomingMessage, ServerResponse } from 'node:http';
import { domainAllowed, upgradeEnterprise } from './handlers/enterprises.ts';
import { escapeHtml, htmlError, readBody, sendHtml } from './http.ts';
import { HEX, type Signup, type World } from './world.ts';

/** Mail domains of people: they give an enterprise of managed Google Play accounts whatever was chosen. */
const CONSUMER = ['gmail.com', 'googlemail.com'];

/** The pages that an administrator sees at Google: signing up, and upgrading to a domain. */
export async function signupPage(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  response.setHeader('x-frame-options', 'DENY');
  if (url.pathname === '/upgrade/android') return upgradePage(world, request, response, url);
  const signup = world.signups.get(`signupUrls/${url.searchParams.get('thirdPartyToken') ?? ''}`);
  const problem = signup === undefined ? 'There is no such sign-up.' : problemOf(signup, world.clock.milliseconds);
  if (signup === undefined || problem !== undefined) return sendHtml(response, 400, htmlError(400, problem ?? ''));
  if (request.method !== 'POST') return sendHtml(response, 200, wizard(signup));
  const form = new URLSearchParams((await readBody(request))?.toString('utf8') ?? '');
  const mail = signup.adminEmail ?? form.get('email') ?? '';
  const refused = refusal(signup, mail);
  if (refused !== undefined) return sendHtml(response, 400, htmlError(400, refused));
  const domain = mail.split('@')[1] ?? '';
  const consumer = CONSUMER.includes(domain) || form.get('type') === 'accounts';
  signup.enterpriseType = consumer ? 'MANAGED_GOOGLE_PLAY_ACCOUNTS_ENTERPRISE' : 'MANAGED_GOOGLE_DOMAIN';
  signup.domain = consumer ? undefined : domain;
  signup.enterpriseToken = `EA${world.draw(40, HEX)}`;
  const callback = new URL(signup.callbackUrl);
  callback.searchParams.set('enterpriseToken', signup.enterpriseToken);
  response.writeHead(302, { location: callback.href }).end();
}

function problemOf(signup: Signup, now: number): string | undefined {
  if (signup.used) return 'This sign-up has been completed.';
  return signup.expiresAt <= now ? 'This sign-up has expired.' : undefined;
}

function refusal(signup: Signup, mail: string): string | undefined {
  const domain = mail.split('@')[1];
  if (domain === undefined || domain === '') return 'A mail address is required.';
  if (signup.allowedDomains.length === 0 || CONSUMER.includes(domain)) return undefined;
  return domainAllowed(domain, signup.allowedDomains) ? undefined : 'This domain is not allowed.';
}

function wizard({ adminEmail }: Signup): string {
  const fixed = adminEmail === undefined ? '' : ` value="${escapeHtml(adminEmail)}" readonly`;
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Android Enterprise (stand-in)</title>
<h1>Sign up for Android Enterprise</h1><p>This page stands in for Google's.
<form method="post"><p><label>Work mail <input name="email" type="email" required${fixed}></label>
<p><label><input type="radio" name="type" value="domain" checked> Google domain</label>
<label><input type="radio" name="type" value="accounts"> Managed Google Play accounts</label>
<p><button>Allow and create account</button></form></html>`;
}

async function upgradePage(world: World, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const enterprise = world.enterprises.get(url.searchParams.get('enterprise') ?? '');
  if (enterprise === undefined || enterprise.deleted)
    return sendHtml(response, 404, htmlError(404, 'There is no such enterprise.'));
  if (request.method !== 'POST')
    return sendHtml(
      response,
      200,
      '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Upgrade (stand-in)</title><form method="post"><label>Domain <input name="domain" required></label><button>Upgrade</button></form></html>',
    );
  const domain = new URLSearchParams((await readBody(request))?.toString('utf8') ?? '').get('domain') ?? '';
  if (domain === '') return sendHtml(response, 400, htmlError(400, 'A domain is required.'));
  upgradeEnterprise({ world }, enterprise, domain);
  sendHtml(response, 200, '<!DOCTYPE html><html lang="en"><title>Upgraded</title><p>Upgraded.</html>');
}
