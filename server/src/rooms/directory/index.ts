export type { GroupId, PersonDevices, PersonFacts, PersonId } from './model.ts';
