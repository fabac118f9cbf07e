/** A service account's key file: whose it is, and the text as Google gave it. */
export type KeyFile = { readonly clientEmail: string; readonly projectId: string; readonly text: string };
const MOST = 20_000;

/** Reads the file; `undefined` when it is no key of a service account. */
export async function readKeyFile(file: Blob): Promise<KeyFile | undefined> {
  return file.size > MOST ? undefined : keyFileOf(await file.text());
}

export function keyFileOf(text: string): KeyFile | undefined {
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...parsed };
  const { client_email: clientEmail, project_id: projectId } = fields;
  const whole = fields['type'] === 'service_account' && typeof fields['private_key'] === 'string';
  if (!whole || typeof clientEmail !== 'string' || typeof projectId !== 'string') return undefined;
  return { clientEmail, projectId, text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
