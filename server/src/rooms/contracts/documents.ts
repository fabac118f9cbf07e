import { createHash } from 'node:crypto';
import type { StoredDocument } from '@tsukasa/api';
import { type Tx, tables } from '../../base/db.ts';
import { DomainError } from '../../base/errors.ts';
import type { RequestContext } from '../../base/http/context.ts';
import { type ContractorId, newId, parseUuid } from '../../base/ids.ts';
import type { LedgerDeps } from './ledger.ts';
import type { DocumentId } from './model.ts';
import { requireCustomer } from './reading.ts';
import type { ContractTables } from './tables.ts';

/** Largest scanned form, in bytes. Our choice: some twenty pages in colour. */
export const LARGEST_DOCUMENT = 8 * 1024 * 1024;

type MediaType = 'application/pdf' | 'image/png' | 'image/jpeg';

/** How a file of each type begins. */
const MAGIC: Readonly<Record<MediaType, readonly number[]>> = {
  'application/pdf': [0x25, 0x50, 0x44, 0x46, 0x2d],
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
};

const noDocument = () => new DomainError('not_found', 'no such document', { reason: 'document.not_found' });

function contentOf(base64: string, mediaType: MediaType): Buffer {
  const content = Buffer.from(base64, 'base64');
  if (content.byteLength > LARGEST_DOCUMENT) {
    throw new DomainError('too_large', 'the document is too large', {
      reason: 'document.too_large',
      params: { most: LARGEST_DOCUMENT / 1024 / 1024 },
    });
  }
  if (MAGIC[mediaType].every((byte, at) => content[at] === byte)) return content;
  throw new DomainError('invalid', 'the document is of another type than it says', {
    reason: 'document.type',
    errors: [{ pointer: '/mediaType', detail: 'is not what the content is' }],
  });
}

/** Keeps a scanned form for ever. Throws `invalid`, `too_large`. */
export function addDocument(
  deps: LedgerDeps,
  contractorId: ContractorId,
  request: { readonly name: string; readonly mediaType: MediaType; readonly content: string },
  context: RequestContext,
): Promise<StoredDocument> {
  const { name, mediaType } = request;
  const content = contentOf(request.content, mediaType);
  const sha256 = createHash('sha256').update(content).digest();
  const now = deps.clock.now();
  const documentId = newId<'ContractDocument'>(now.epochMilliseconds);
  return deps.db.asContractor(contractorId, async (tx) => {
    await requireCustomer(deps, tx, contractorId);
    await tables<ContractTables>(tx)
      .insertInto('contract_documents')
      .values({
        contractor_id: contractorId,
        document_id: documentId,
        name,
        media_type: mediaType,
        sha256,
        content,
        recorded_at: now,
        recorded_by: context.actor.name,
      })
      .execute();
    const { actor, requestId, sourceIp } = context;
    const target = { kind: 'contract_document', id: documentId, name };
    const details = { mediaType, size: content.byteLength, sha256: sha256.toString('hex') };
    const entry = { at: now, actor, action: 'contract_document.added', target, details, requestId, sourceIp };
    await deps.recordAudit(tx, contractorId, entry);
    const recordedAt = now.toString();
    return { documentId, name, mediaType, size: content.byteLength, sha256: sha256.toString('hex'), recordedAt };
  });
}

/** The file itself. Throws `not_found`. */
export function getDocument(deps: LedgerDeps, contractorId: ContractorId, documentId: DocumentId): Promise<Buffer> {
  return deps.db.asContractor(contractorId, async (tx) => {
    const row = await tables<ContractTables>(tx)
      .selectFrom('contract_documents')
      .select('content')
      .where('contractor_id', '=', contractorId)
      .where('document_id', '=', documentId)
      .executeTakeFirst();
    if (row === undefined) throw noDocument();
    return row.content;
  });
}

/** The document that a request names, checked to be this contractor's. Throws `not_found`. */
export async function requireDocument(
  tx: Tx,
  contractorId: ContractorId,
  id: string | undefined,
): Promise<DocumentId | undefined> {
  if (id === undefined) return undefined;
  const documentId = parseUuid<'ContractDocument'>(id, 'documentId');
  const row = await tables<ContractTables>(tx)
    .selectFrom('contract_documents')
    .select('document_id')
    .where('contractor_id', '=', contractorId)
    .where('document_id', '=', documentId)
    .executeTakeFirst();
  if (row === undefined) throw noDocument();
  return documentId;
}

/** Documents whose content is not what their hash says. */
export async function changedDocuments(tx: Tx, contractorId: ContractorId): Promise<readonly DocumentId[]> {
  const rows = await tables<ContractTables>(tx)
    .selectFrom('contract_documents')
    .select(['document_id'])
    .where('contractor_id', '=', contractorId)
    .where((eb) => eb(eb.fn<Buffer>('sha256', ['content']), '!=', eb.ref('sha256')))
    .execute();
  return rows.map((row) => row.document_id);
}

/** Hashes of the documents that are there, for comparing with the trail. */
export async function documentHashes(tx: Tx, contractorId: ContractorId): Promise<ReadonlyMap<DocumentId, string>> {
  const rows = await tables<ContractTables>(tx)
    .selectFrom('contract_documents')
    .select(['document_id', 'sha256'])
    .where('contractor_id', '=', contractorId)
    .execute();
  return new Map(rows.map((row) => [row.document_id, row.sha256.toString('hex')]));
}
