import type { ColumnType } from 'kysely';
import type { ContractorId } from '../../base/ids.ts';
import type { ApplicationId, ContractId, DocumentId, ProjectedOption } from './model.ts';

type Instant = Temporal.Instant;
type Day = Temporal.PlainDate;
type Json = ColumnType<unknown, unknown, unknown>;

/** The room's tables as their columns come out of the database. */
export type ContractTables = {
  terms_book: { only_row: boolean; version: number };
  catalogue_versions: { version: number; content: Json; changed_at: Instant; changed_by: string };
  terms_revisions: {
    effective_on: Day;
    state: 'draft' | 'published';
    content: Json;
    changed_at: Instant | null;
    changed_by: string | null;
  };
  customer_profiles: {
    contractor_id: ContractorId;
    legal_name: string;
    kana: string;
    corporate_number: string;
    address: Json;
    contacts: Json;
    billing: Json;
    note: string;
    search_key: string;
    updated_at: Instant;
  };
  contract_heads: {
    contractor_id: ContractorId;
    chain_seq: number;
    hash: Buffer;
    version: number;
    service_days: string;
    book_version: number | null;
  };
  contracts: {
    contractor_id: ContractorId;
    contract_id: ContractId;
    contract_number: string;
    created_at: Instant;
    item: string;
    kind: string | null;
    phase: string;
    start_on: Day | null;
    ends_on: Day | null;
    options: ColumnType<readonly ProjectedOption[], unknown, unknown>;
    as_of_seq: number;
    as_of_day: Day;
  };
  contract_documents: {
    contractor_id: ContractorId;
    document_id: DocumentId;
    name: string;
    media_type: string;
    sha256: Buffer;
    content: Buffer;
    recorded_at: Instant;
    recorded_by: string;
  };
  contract_facts: {
    contractor_id: ContractorId;
    chain_seq: number;
    contract_id: ContractId;
    seq: number;
    type: string;
    on_day: Day;
    body: Json;
    document_id: DocumentId | null;
    note: string;
    actor_kind: string;
    actor_id: string;
    actor_name: string;
    recorded_at: Instant;
    previous_hash: Buffer;
    hash: Buffer;
  };
  contract_applications: {
    contractor_id: ContractorId;
    application_id: ApplicationId;
    contract_id: ContractId;
    content: Json;
    channel: 'console' | 'provider';
    arrived_on: Day;
    document_id: DocumentId | null;
    note: string;
    recorded_at: Instant;
    actor_kind: string;
    actor_id: string;
    actor_name: string;
    state: 'applied' | 'quoted' | 'accepted' | 'refused' | 'withdrawn';
  };
  contract_checklist: {
    contractor_id: ContractorId;
    contract_id: ContractId;
    item: string;
    done_at: Instant;
    done_by: string;
  };
  contract_warnings: {
    contractor_id: ContractorId;
    contract_id: ContractId;
    subject: string;
    ends_on: Day;
    days: number;
    told_at: Instant;
  };
};
