export * from './certificate.ts';
export * from './csr.ts';
export * from './enveloped-data.ts';
export * from './errors.ts';
export * from './extensions.ts';
export * from './name.ts';
export * from './pem.ts';
export * from './signed-data.ts';
