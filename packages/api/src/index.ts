export * from './actions.ts';
export * from './corporate-number.ts';
export * from './permissions.ts';
export * from './problem.ts';
export * from './route.ts';
export * from './routes/index.ts';
export * from './schemas/index.ts';
