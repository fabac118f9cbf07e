/** Whose device it is, as Windows notes it. */
export const OWNERSHIPS = { unknown: 1, personal: 2, corporate: 3 } as const;
export type Ownership = keyof typeof OWNERSHIPS;

export type DeepLink = {
  /** Prefilled user name. */
  readonly userName?: string | undefined;
  /** https URL of the discovery service: no typing, no DNS entry. */
  readonly discoveryUrl: string;
  readonly ownership?: Ownership | undefined;
};

/** A link that opens Windows' own enrollment (`ms-device-enrollment:`, Windows 10 1703 and later; `ownership` too). */
export function enrollmentLink({ userName, discoveryUrl, ownership }: DeepLink): string {
  const parameters = [
    'mode=mdm',
    ...(userName === undefined ? [] : [`username=${encodeURIComponent(userName)}`]),
    `servername=${encodeURIComponent(discoveryUrl)}`,
    ...(ownership === undefined ? [] : [`ownership=${OWNERSHIPS[ownership]}`]),
  ];
  return `ms-device-enrollment:?${parameters.join('&')}`;
}
