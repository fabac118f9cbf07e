/**
 * The hash-chained trail: one chain per contractor and one of the provider (`PROVIDER_ID`). Entries are only ever added.
 */
export { canonicalDetails } from './model.ts';
export { auditHandlers } from './routes.ts';
export { recordAudit, verifyChain } from './service.ts';
export { listDetails } from './store.ts';
