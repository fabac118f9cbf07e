import type { AndroidManagementControl } from '../android-management/index.ts';
import type { Caller } from './api.ts';

const PROJECT = 'tsukasa-demo';
const TOPIC = `projects/${PROJECT}/topics/android`;

/**
 * What the provider prepares once: a project at Google with a topic whose messages are pushed to the server, saved for the
 * whole installation. `by` must have signed in as a person just now.
 */
export async function saveGoogleProject(by: Caller, google: AndroidManagementControl): Promise<void> {
  const key = await google.createProject(PROJECT);
  await google.createTopic(TOPIC);
  const pushServiceAccount = `push@${PROJECT}.iam.gserviceaccount.com`;
  const saved = await by.put('/api/v1/provider/android/project', {
    serviceAccountKey: JSON.stringify(key),
    pubsubTopic: TOPIC,
    pushServiceAccount,
  });
  await google.subscribe({
    topic: TOPIC,
    pushEndpoint: saved.text('pushEndpoint'),
    audience: saved.optionalText('pushAudience') ?? saved.text('pushEndpoint'),
    serviceAccountEmail: pushServiceAccount,
  });
}

/** A contractor binds its enterprise: through Google's pages, and back to ours with the browser. */
export async function bindEnterprise(
  by: Caller,
  google: AndroidManagementControl,
  { contractorId, key }: { readonly contractorId: string; readonly key: string },
): Promise<void> {
  const own = `/api/v1/contractors/${contractorId}/android`;
  const email = `it@${key}.example.jp`;
  const begun = await by.post(`${own}/signup`, { adminEmail: email });
  const back = await google.completeSignup(begun.text('signup.url'), { email });
  const page = await fetch(back, { signal: AbortSignal.timeout(30_000) });
  if (!page.ok) throw new Error(`the sign-up came back to ${page.status}`);
  const state = (await by.get(own)).text('state');
  if (state !== 'bound') throw new Error(`the enterprise is ${state} after the sign-up`);
}
