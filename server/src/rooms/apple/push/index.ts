/** Waking devices: the APNs client and the worker that decides when to use it. */
export type { ApnsClient, ApnsClientOptions, PushAnswer } from './apns-client.ts';
export { createApnsClient } from './apns-client.ts';
export { absentDelay, notNowDelay } from './schedule.ts';
export type { WakeUps, WakeUpsDeps } from './wake-up.ts';
export { createWakeUps } from './wake-up.ts';
