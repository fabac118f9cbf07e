export type NameAttribute = readonly [oid: string, value: string];
export type DistinguishedName = { readonly der: Buffer; readonly attributes: readonly NameAttribute[] };
export declare function buildName(attributes: readonly NameAttribute[]): Buffer;
export declare function formatName(name: DistinguishedName): string;
export declare function findNameValue(name: DistinguishedName, attribute: string): string | undefined;
