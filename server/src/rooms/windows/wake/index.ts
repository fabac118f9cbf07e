/** Waking PCs through WNS: the client, and the worker that decides when to use it. */
export { isDead } from './decide.ts';
export { createWakeUps, type WakeUps } from './wake-up.ts';
export { createWnsClient, type WnsClient } from './wns-client.ts';
