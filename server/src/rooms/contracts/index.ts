/**
 * Applications, contracts, options, licences, and the provider's book of terms: what a contractor may do on a day is derived
 * here from the recorded history.
 */
export type { KeptBook } from './book.ts';
export { profileIn, profilesOf } from './customers.ts';
export type { ContractSurroundings, ContractsDeps, Customer, EndingNotice } from './deps.ts';
export { contractsOf, selectContracts } from './fact-store.ts';
export { contractMessages } from './messages.ts';
export { type ContractId, type ContractRecord, dayOf, TIME_ZONE } from './model.ts';
export { nameOf, presentReasons } from './present.ts';
export { underTerms } from './refusals.ts';
export { type Contracts, createContracts } from './room.ts';
export type { InvoiceCheck } from './verify.ts';
