import type { KeyObject } from 'node:crypto';
import type { Certificate } from '@tsukasa/cms';

/** The key that Windows made, and the certificate that it was given for it. */
export type WindowsIdentity = { readonly certificate: Certificate; readonly privateKey: KeyObject };
