import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const AuditQuery = Type.Object(
  {
    targetKind: Type.Optional(Type.String({ maxLength: 40 })),
    targetId: Type.Optional(Type.String({ maxLength: 100 })),
    action: Type.Optional(Type.String({ maxLength: 100 })),
    actorId: Type.Optional(Type.String({ maxLength: 100 })),
    ...s.PageQuery,
  },
  s.Closed,
);

export const auditRoutes = defineRoutes({
  listAudit: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/audit',
    summary: 'The audit trail, newest first',
    access: 'audit.read',
    params: s.ContractorParams,
    query: AuditQuery,
    status: 200,
    response: s.Page(s.AuditEntry),
  },
  verifyAudit: {
    method: 'GET',
    path: '/api/v1/contractors/:contractorId/audit/verification',
    summary: 'Check the hash chain',
    access: 'audit.read',
    params: s.ContractorParams,
    status: 200,
    response: s.AuditVerification,
  },
  listProviderAudit: {
    method: 'GET',
    path: '/api/v1/provider/audit',
    summary: "The provider's own audit trail",
    access: 'provider.audit.read',
    query: AuditQuery,
    status: 200,
    response: s.Page(s.AuditEntry),
  },
  verifyProviderAudit: {
    method: 'GET',
    path: '/api/v1/provider/audit/verification',
    summary: "Check the provider's hash chain",
    access: 'provider.audit.read',
    status: 200,
    response: s.AuditVerification,
  },
});
