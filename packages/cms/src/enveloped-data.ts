import type { KeyObject } from 'node:crypto';
export type ContentCipher = 'aes-128-cbc' | 'aes-192-cbc' | 'aes-256-cbc' | 'des-ede3-cbc' | 'des-cbc';
export type EnvelopedData = { readonly contentType: string; readonly cipher: ContentCipher; readonly recipientCount: number };
export type EnvelopeOptions = { readonly content: Uint8Array; readonly recipient: Uint8Array; readonly cipher: Exclude<ContentCipher, 'des-cbc'> };
export declare function parseEnvelopedData(der: Uint8Array): EnvelopedData;
export declare function decryptEnvelopedData(der: Uint8Array, recipient: Uint8Array, privateKey: KeyObject): Buffer;
export declare function buildEnvelopedData(options: EnvelopeOptions): Buffer;
