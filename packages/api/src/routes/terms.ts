import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const RevisionParams = Type.Object({ effectiveOn: s.Day });
const LARGE = 1024 * 1024;

export const termsRoutes = defineRoutes({
  listClauses: {
    method: 'GET',
    path: '/api/v1/terms/clauses',
    summary: 'The clauses of the service terms in their original wording',
    access: 'signed_in',
    status: 200,
    response: Type.Object({ items: Type.Array(s.Clause) }),
  },
  getCatalogue: {
    method: 'GET',
    path: '/api/v1/terms/catalogue',
    summary: 'Items, kinds, options, supported OS, usage modes, licences and checklist',
    access: 'signed_in',
    status: 200,
    response: s.Catalogue,
  },
  changeCatalogue: {
    method: 'PUT',
    path: '/api/v1/provider/catalogue',
    summary: 'Change the catalogue',
    access: 'provider.terms.write',
    fresh: true,
    body: s.CatalogueChange,
    bodyLimit: LARGE,
    status: 200,
    response: s.Catalogue,
  },
  listRevisions: {
    method: 'GET',
    path: '/api/v1/provider/terms/revisions',
    summary: 'Versions of the terms, and drafts',
    access: 'provider.contracts.read',
    status: 200,
    response: Type.Object({ items: Type.Array(s.TermsRevision) }),
  },
  putRevisionDraft: {
    method: 'PUT',
    path: '/api/v1/provider/terms/revisions/:effectiveOn',
    summary: 'Write a draft of a revision of the terms',
    access: 'provider.terms.write',
    params: RevisionParams,
    body: s.TermsRevisionContent,
    bodyLimit: LARGE,
    status: 200,
    response: s.TermsRevision,
  },
  deleteRevisionDraft: {
    method: 'DELETE',
    path: '/api/v1/provider/terms/revisions/:effectiveOn',
    summary: 'Drop a draft',
    access: 'provider.terms.write',
    params: RevisionParams,
    status: 204,
    response: null,
  },
  publishRevision: {
    method: 'POST',
    path: '/api/v1/provider/terms/revisions/:effectiveOn/publication',
    summary: 'Publish a draft: it takes effect on its day, and never changes again',
    access: 'provider.terms.write',
    fresh: true,
    params: RevisionParams,
    status: 200,
    response: s.TermsRevision,
  },
  tryRevision: {
    method: 'POST',
    path: '/api/v1/provider/terms/revisions/:effectiveOn/trial',
    summary: 'What a draft would change, contract by contract',
    access: 'provider.contracts.read',
    params: RevisionParams,
    /** The day to compare; by default the day on which the draft takes effect. */
    query: Type.Object({ on: Type.Optional(s.Day) }, s.Closed),
    status: 200,
    response: s.Trial,
  },
});
