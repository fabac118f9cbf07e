import type { androidmanagement_v1 } from '@googleapis/androidmanagement';
import type { Request } from './client.ts';

// Each request that this server makes, by its method. The client's types are older than the API: what they lack is here.

type Texts = { readonly defaultMessage: string };

/** A `Command` as we send it. */
export type CommandBody = androidmanagement_v1.Schema$Command & {
  type: string;
  duration: string;
  wipeParams?: { wipeDataFlags?: string[]; wipeReason?: Texts };
  startLostModeParams?: {
    lostOrganization?: Texts;
    lostMessage?: Texts;
    lostPhoneNumber?: Texts;
    lostStreetAddress?: Texts;
    lostEmailAddress?: string;
  };
  stopLostModeParams?: Record<string, never>;
};
export type PolicyBody = androidmanagement_v1.Schema$Policy;
export type TokenBody = androidmanagement_v1.Schema$EnrollmentToken & { allowPersonalUsage: string };

export const createSignupUrl =
  (params: {
    projectId: string;
    callbackUrl: string;
    adminEmail?: string | undefined;
    allowedDomains?: string[] | undefined;
  }): Request =>
  (api, options) =>
    api.signupUrls.create(defined(params), options);

export const createEnterprise =
  (params: { projectId: string; signupUrlName: string; enterpriseToken: string; displayName: string }): Request =>
  (api, options) => {
    const { displayName, ...query } = params;
    return api.enterprises.create({ ...query, requestBody: { enterpriseDisplayName: displayName } }, options);
  };

export const listEnterprises =
  (projectId: string, pageSize: number, pageToken?: string): Request =>
  (api, options) =>
    api.enterprises.list(defined({ projectId, pageSize, pageToken }), options);

export const getEnterprise =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.get({ name }, options);

export const patchEnterprise =
  (name: string, updateMask: string, requestBody: androidmanagement_v1.Schema$Enterprise): Request =>
  (api, options) =>
    api.enterprises.patch({ name, updateMask, requestBody }, options);

export const deleteEnterprise =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.delete({ name }, options);

export const patchPolicy =
  (name: string, requestBody: PolicyBody): Request =>
  (api, options) =>
    api.enterprises.policies.patch({ name, requestBody }, options);

export const createEnrollmentToken =
  (parent: string, requestBody: TokenBody): Request =>
  (api, options) =>
    api.enterprises.enrollmentTokens.create({ parent, requestBody }, options);

export const getEnrollmentToken =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.enrollmentTokens.get({ name }, options);

export const deleteEnrollmentToken =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.enrollmentTokens.delete({ name }, options);

export const getDevice =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.devices.get({ name }, options);

/** `fields`: of the answer, in Google's notation. */
export const listDevices =
  (parent: string, fields: string, pageToken?: string): Request =>
  (api, options) =>
    api.enterprises.devices.list(defined({ parent, pageSize: 100, fields, pageToken }), options);

export const deleteDevice =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.devices.delete({ name }, options);

export const issueCommand =
  (name: string, requestBody: CommandBody): Request =>
  (api, options) =>
    api.enterprises.devices.issueCommand({ name, requestBody }, options);

export const getOperation =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.devices.operations.get({ name }, options);

export const listOperations =
  (deviceName: string, pageToken?: string): Request =>
  (api, options) =>
    api.enterprises.devices.operations.list(
      defined({ name: `${deviceName}/operations`, pageSize: 100, pageToken }),
      options,
    );

export const cancelOperation =
  (name: string): Request =>
  (api, options) =>
    api.enterprises.devices.operations.cancel({ name }, options);

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the parameters that are not there, which the client would send as empty. */
function defined<T extends object>(params: T): Defined<T> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined)) as Defined<T>;
}
