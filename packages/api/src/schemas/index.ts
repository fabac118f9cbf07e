export * from './accounts.ts';
export * from './actions.ts';
export * from './audit.ts';
export * from './certificates.ts';
export * from './common.ts';
export * from './contractors.ts';
export * from './devices.ts';
export * from './directory.ts';
