export type { GroupId, PersonDevices, PersonFacts, PersonId } from './model.ts';
export { directoryMessages, personHandlers } from './routes.ts';
export { containsWords, searchWords } from './search.ts';
export { type DirectoryDeps, findPerson, findPersons, listMemberIds } from './service.ts';
