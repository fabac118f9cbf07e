import type { Tx } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';

export type PersonId = Id<'Person'>;
export type GroupId = Id<'Group'>;

/** What other rooms need of a person. `kana` is empty when unknown. */
export type PersonFacts = {
  readonly personId: PersonId;
  readonly name: string;
  readonly kana: string;
  readonly department: string | undefined;
  readonly archived: boolean;
};

/** What a person's devices are to this room; the devices room, which is below, answers. */
export interface PersonDevices {
  /** Devices that are assigned to each person and not unmanaged; persons without any may be left out. */
  countByPerson(
    tx: Tx,
    contractorId: ContractorId,
    personIds: readonly PersonId[],
  ): Promise<ReadonlyMap<PersonId, number>>;
  /** Told in the same transaction when a word by which the person is found or sorted has changed. */
  personChanged(tx: Tx, contractorId: ContractorId, person: PersonFacts): Promise<void>;
}
