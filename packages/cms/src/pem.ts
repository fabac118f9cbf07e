import type { KeyObject } from 'node:crypto';
import type { Certificate } from './certificate.ts';
export declare function parsePemCertificates(text: string): Certificate[];
export declare function parsePrivateKey(pem: string): KeyObject;
export declare function toPem(label: string, der: Uint8Array): string;
