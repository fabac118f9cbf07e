import { Type } from 'typebox';
import { defineRoutes } from '../route.ts';
import * as s from '../schemas/index.ts';

const base = '/api/v1/contractors/:contractorId' as const;
const RecoveryKeyParams = Type.Object({ contractorId: s.Uuid, deviceId: s.Uuid, recoveryKeyId: s.Uuid });

/** Android: the Google project and the enterprise. */
export const androidRoutes = defineRoutes({
  getProviderGoogleProject: {
    method: 'GET',
    path: '/api/v1/provider/android/project',
    summary: "The installation's Google project; null when there is none",
    access: 'provider.read',
    status: 200,
    response: Type.Object({ project: s.Nullable(s.GoogleProject) }),
  },
  putProviderGoogleProject: {
    method: 'PUT',
    path: '/api/v1/provider/android/project',
    summary: "Save the installation's Google project; its key is tried first",
    access: 'provider.platforms.manage',
    fresh: true,
    body: s.GoogleProjectRequest,
    status: 200,
    response: s.GoogleProject,
  },
  deleteProviderGoogleProject: {
    method: 'DELETE',
    path: '/api/v1/provider/android/project',
    summary: 'Remove it; refused while an enterprise depends on it',
    access: 'provider.platforms.manage',
    fresh: true,
    status: 204,
    response: null,
  },
  getAndroidBinding: {
    method: 'GET',
    path: `${base}/android`,
    summary: "The contractor's Android enterprise",
    access: 'platforms.read',
    params: s.ContractorParams,
    status: 200,
    response: s.AndroidBinding,
  },
  putGoogleProject: {
    method: 'PUT',
    path: `${base}/android/project`,
    summary: "Save the contractor's own Google project; its key is tried first",
    access: 'platforms.manage',
    fresh: true,
    params: s.ContractorParams,
    body: s.GoogleProjectRequest,
    status: 200,
    response: s.AndroidBinding,
  },
  deleteGoogleProject: {
    method: 'DELETE',
    path: `${base}/android/project`,
    summary: 'Remove it; refused while an enterprise depends on it',
    access: 'platforms.manage',
    fresh: true,
    params: s.ContractorParams,
    status: 200,
    response: s.AndroidBinding,
  },
  startAndroidSignup: {
    method: 'POST',
    path: `${base}/android/signup`,
    summary: "Begin to bind an enterprise: answers the address of Google's wizard",
    access: 'platforms.manage',
    fresh: true,
    params: s.ContractorParams,
    body: s.AndroidSignupRequest,
    status: 201,
    response: s.AndroidBinding,
  },
  releaseAndroidEnterprise: {
    method: 'POST',
    path: `${base}/android/release`,
    summary: 'Give up the enterprise',
    access: 'platforms.manage',
    fresh: true,
    params: s.ContractorParams,
    body: s.AndroidRelease,
    status: 200,
    response: s.AndroidBinding,
  },
  reconcileAndroid: {
    method: 'POST',
    path: `${base}/android/reconciliation`,
    summary: "Compare with Google's list of devices now",
    access: 'platforms.manage',
    params: s.ContractorParams,
    status: 202,
    response: s.AndroidBinding,
  },
});

/** Windows: recovery keys in custody. */
export const windowsRoutes = defineRoutes({
  listRecoveryKeys: {
    method: 'GET',
    path: `${base}/devices/:deviceId/recovery-keys`,
    summary: 'BitLocker recovery keys in custody, without the keys',
    access: 'devices.read',
    params: s.DeviceParams,
    status: 200,
    response: Type.Object({ items: Type.Array(s.RecoveryKey) }),
  },
  readRecoveryKey: {
    method: 'POST',
    path: `${base}/devices/:deviceId/recovery-keys/:recoveryKeyId/reading`,
    summary: 'Read a recovery key; audited with its reason',
    access: 'recovery_keys.read',
    fresh: true,
    params: RecoveryKeyParams,
    body: s.RecoveryKeyRead,
    status: 200,
    response: s.RecoveryKeyValue,
  },
});
