export type { WnsApp } from './apps.ts';
export type { WnsChannel } from './channels.ts';
export { WnsClient } from './client.ts';
export { WnsControl } from './control.ts';
export type { WnsFailure, WnsFailureScript, WnsNotification, WnsOptions } from './server.ts';
export { FakeWns, WNS_FAILURES } from './server.ts';
