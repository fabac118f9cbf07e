import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const base = '/api/v1/contractors/:contractorId' as const;

export const certificateRoutes = defineRoutes({
  getPushCertificate: {
    method: 'GET',
    path: `${base}/apple/push-certificate`,
    summary: 'The push certificate',
    access: 'push_certificate.read',
    params: s.ContractorParams,
    status: 200,
    response: s.PushCertificate,
  },
  putPushCertificate: {
    method: 'PUT',
    path: `${base}/apple/push-certificate`,
    summary: 'Upload the push certificate',
    access: 'push_certificate.manage',
    fresh: true,
    params: s.ContractorParams,
    body: s.PushCertificateUpload,
    bodyLimit: 200_000,
    status: 200,
    response: s.PushCertificate,
  },
  requestPushCertificate: {
    method: 'POST',
    path: `${base}/apple/push-certificate/request`,
    summary: 'Make a key here and answer its signing request',
    access: 'push_certificate.manage',
    params: s.ContractorParams,
    status: 201,
    response: s.PushCertificateRequest,
  },
  listIdentities: {
    method: 'GET',
    path: `${base}/devices/:deviceId/identities`,
    summary: 'Identity certificates issued to a device',
    access: 'devices.read',
    params: s.DeviceParams,
    status: 200,
    response: s.Page(s.IssuedCertificate),
  },
  revokeIdentity: {
    method: 'POST',
    path: `${base}/certificates/:serial/revocation`,
    summary: 'Revoke an identity certificate: the device is refused from its next contact on',
    access: 'certificates.revoke',
    fresh: true,
    params: Type.Object({ contractorId: s.Uuid, serial: Type.String({ pattern: '^[0-9a-f]{2,40}$' }) }),
    body: s.Revocation,
    status: 200,
    response: s.IssuedCertificate,
  },
});
