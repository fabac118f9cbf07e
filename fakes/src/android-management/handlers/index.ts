import { notFound } from '../errors.ts';
import type { Handler } from './call.ts';
import { deleteDevice, getDevice, listDevices, patchDevice } from './devices.ts';
import {
  createEnrollmentToken,
  deleteEnrollmentToken,
  getEnrollmentToken,
  listEnrollmentTokens,
} from './enrollment-tokens.ts';
import {
  createEnterprise,
  createSignupUrl,
  deleteEnterprise,
  generateUpgradeUrl,
  getEnterprise,
  listEnterprises,
  patchEnterprise,
} from './enterprises.ts';
import { createMigrationToken, getMigrationToken, listMigrationTokens } from './migration-tokens.ts';
import { cancelOperation, getOperation, issueCommand, listOperations } from './operations.ts';
import {
  createWebApp,
  createWebToken,
  deleteWebApp,
  getApplication,
  getWebApp,
  listWebApps,
  patchWebApp,
} from './play.ts';
import {
  deletePolicy,
  getPolicy,
  listPolicies,
  modifyApplications,
  patchPolicy,
  removeApplications,
} from './policies.ts';

const getProvisioningInfo: Handler = ({ world, project, name }) => {
  const found = world.provisioning.get(name);
  if (found === undefined) throw notFound(name);
  world.enterprise(String(found['enterprise']).replace('enterprises/', ''), project);
  return found;
};

const named: Readonly<Record<string, Handler>> = {
  'signupUrls.create': createSignupUrl,
  'enterprises.create': createEnterprise,
  'enterprises.get': getEnterprise,
  'enterprises.list': listEnterprises,
  'enterprises.patch': patchEnterprise,
  'enterprises.delete': deleteEnterprise,
  'enterprises.generateEnterpriseUpgradeUrl': generateUpgradeUrl,
  'enterprises.enrollmentTokens.create': createEnrollmentToken,
  'enterprises.enrollmentTokens.get': getEnrollmentToken,
  'enterprises.enrollmentTokens.list': listEnrollmentTokens,
  'enterprises.enrollmentTokens.delete': deleteEnrollmentToken,
  'enterprises.migrationTokens.create': createMigrationToken,
  'enterprises.migrationTokens.get': getMigrationToken,
  'enterprises.migrationTokens.list': listMigrationTokens,
  'enterprises.policies.patch': patchPolicy,
  'enterprises.policies.get': getPolicy,
  'enterprises.policies.list': listPolicies,
  'enterprises.policies.delete': deletePolicy,
  'enterprises.policies.modifyPolicyApplications': modifyApplications,
  'enterprises.policies.removePolicyApplications': removeApplications,
  'enterprises.devices.get': getDevice,
  'enterprises.devices.list': listDevices,
  'enterprises.devices.patch': patchDevice,
  'enterprises.devices.delete': deleteDevice,
  'enterprises.devices.issueCommand': issueCommand,
  'enterprises.devices.operations.get': getOperation,
  'enterprises.devices.operations.list': listOperations,
  'enterprises.devices.operations.cancel': cancelOperation,
  'enterprises.applications.get': getApplication,
  'enterprises.webTokens.create': createWebToken,
  'enterprises.webApps.create': createWebApp,
  'enterprises.webApps.get': getWebApp,
  'enterprises.webApps.list': listWebApps,
  'enterprises.webApps.patch': patchWebApp,
  'enterprises.webApps.delete': deleteWebApp,
  'provisioningInfo.get': getProvisioningInfo,
};

/** What answers a method of the discovery document, by its id; undefined for one the stand-in does not have. */
export function handlerOf(methodId: string): Handler | undefined {
  return named[methodId.replace(/^androidmanagement\./, '')];
}
