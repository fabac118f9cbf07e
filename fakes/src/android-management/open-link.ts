import { fetchFollowing } from '../apple-device/http.ts';
import type { Shown } from './recruit.ts';

const AGENT =
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36';
const GOOGLE_LINK = /https:\/\/enterprise\.google\.com\/android\/enroll\?et=[A-Za-z0-9%_-]+/;

/**
 * What an invitation's link shows to an Android device: the content of the QR code for a company's, the link of Google for a
 * person's own. Throws with the answer when it is neither.
 */
export async function openAndroidLink(url: string, ca?: readonly string[]): Promise<Shown> {
  const answer = await fetchFollowing({
    url,
    headers: { 'user-agent': AGENT, accept: 'application/json, text/plain' },
    ...(ca === undefined ? {} : { ca }),
  });
  const text = answer.body.toString('utf8').trim();
  if (answer.status !== 200) throw new Error(`the invitation answered ${answer.status}`);
  if (text.startsWith('{')) return { qrCode: text };
  const link = GOOGLE_LINK.exec(text)?.[0];
  if (link === undefined) throw new Error('the invitation is not for Android');
  return { link };
}
