import type { Certificate } from '@tsukasa/cms';

/** Attribute types as Windows abbreviates them. */
const TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  C: '2.5.4.6',
  L: '2.5.4.7',
  S: '2.5.4.8',
  ST: '2.5.4.8',
  SERIALNUMBER: '2.5.4.5',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
};

/**
 * Whether `Subject=<DN, URL-encoded>&Stores=<store, URL-encoded>` names this certificate in this store: the attributes of
 * the subject, all of them, in their order, with the values exactly as issued.
 */
export function findsCertificate(criteria: string, certificate: Certificate, store: string): boolean {
  const parts = new Map(
    criteria.split('&').map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)];
    }),
  );
  const subject = decode(parts.get('Subject'));
  const stores = decode(parts.get('Stores'));
  if (subject === undefined || stores !== store || parts.size !== 2) return false;
  const wanted = parseDn(subject);
  const found = certificate.subject.attributes;
  return (
    wanted !== undefined &&
    wanted.length === found.length &&
    wanted.every(([oid, value], index) => found[index]?.[0] === oid && found[index]?.[1] === value)
  );
}

/** An unencoded `=`, `,` or `\` ends the value for Windows. */
function decode(text: string | undefined): string | undefined {
  if (text === undefined || !/^(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+$/.test(text)) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** `CN=one, O="two, three"`: commas part attributes, quotes go around values that hold some. */
function parseDn(text: string): readonly (readonly [oid: string, value: string])[] | undefined {
  const attributes: [string, string][] = [];
  const pattern = /\s*([A-Za-z]+)=("(?:[^"]|"")*"|[^,"]*)(,|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    const oid = TYPES[match?.[1]?.toUpperCase() ?? ''];
    if (match === null || oid === undefined) return undefined;
    const raw = match[2] ?? '';
    attributes.push([oid, raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw.trim()]);
  }
  return attributes.length === 0 ? undefined : attributes;
}
