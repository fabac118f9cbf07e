/** messageType values (RFC 8894, 3.2.1.2; UpdateReq from the older drafts), as the decimal text on the wire. */
export const MESSAGE_TYPES = {
  CertRep: '3',
  RenewalReq: '17',
  UpdateReq: '18',
  PKCSReq: '19',
  CertPoll: '20',
  GetCert: '21',
  GetCRL: '22',
} as const;
export type MessageType = keyof typeof MESSAGE_TYPES;

/** pkiStatus values (RFC 8894, 3.2.1.3). */
export const PKI_STATUSES = { SUCCESS: '0', FAILURE: '2', PENDING: '3' } as const;
export type PkiStatus = keyof typeof PKI_STATUSES;

/** failInfo values (RFC 8894, 3.2.1.4). */
export const FAIL_INFOS = { badAlg: '0', badMessageCheck: '1', badRequest: '2', badTime: '3', badCertId: '4' } as const;
export type FailInfo = keyof typeof FAIL_INFOS;

/** Signed attributes of SCEP (RFC 8894, 3.2.1). */
export const ATTRIBUTE = {
  messageType: '2.16.840.1.113733.1.9.2',
  pkiStatus: '2.16.840.1.113733.1.9.3',
  failInfo: '2.16.840.1.113733.1.9.4',
  senderNonce: '2.16.840.1.113733.1.9.5',
  recipientNonce: '2.16.840.1.113733.1.9.6',
  transactionId: '2.16.840.1.113733.1.9.7',
} as const;

/** Media types of the answers. No parameters: common clients compare them whole. */
export const MEDIA_TYPES = {
  caCaps: 'text/plain',
  caCert: 'application/x-x509-ca-cert',
  caRaCert: 'application/x-x509-ca-ra-cert',
  pkiMessage: 'application/x-pki-message',
} as const;

/** Name of a wire value, or `unknown` for one no specification lists. */
export function nameOf<Name extends string>(table: Readonly<Record<Name, string>>, value: string): Name | 'unknown' {
  for (const name in table) if (table[name] === value) return name;
  return 'unknown';
}
