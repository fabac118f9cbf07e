export * from './checkin.ts';
export * from './connect.ts';
export * from './connect-scan.ts';
export * from './ids.ts';
export * from './plist.ts';
export * from './plist-value.ts';
export * from './plist-write.ts';
