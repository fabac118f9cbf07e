/** Stand-ins for outside clouds, and simulated devices that speak the real protocols. */

export * from './android-device/index.ts';
export * from './android-management/index.ts';
export * from './apns/index.ts';
export * from './apple-device/index.ts';
export type { FleetMember, Recruit } from './fleet.ts';
export { describeFailure, drawKind, enrollFleet, FleetTally, makeFleet } from './fleet.ts';
export * from './windows-device/index.ts';
export * from './wns/index.ts';
