import { failedPrecondition, invalid, invalidField } from '../errors.ts';
import { merge } from '../masks.ts';
import { checkPolicy } from '../rules/policy.ts';
import type { Message } from '../validate.ts';
import { type Enterprise, entry, idsOf, type PolicyRecord, page } from '../world.ts';
import { type Call, enterpriseOf, type Handler, list, queryText, text } from './call.ts';

const KEPT = ['name', 'version'];
const POLICY_ID = /^[A-Za-z0-9._~-]{1,255}$/;

export const patchPolicy: Handler = (call) => {
  const { discovery, body, name } = call;
  const enterprise = enterpriseOf(call);
  const id = idsOf(name)[1];
  if (!POLICY_ID.test(id)) throw invalidField('name', 'A policy id has letters, digits, and . _ ~ - only.');
  const current = currentOf(enterprise.policies.get(id)) ?? {};
  const merged = merge(discovery, 'Policy', current, body, { mask: queryText(call, 'updateMask'), kept: KEPT });
  return accept(enterprise, id, name, merged);
};

/** Checks, counts the version up, and wakes every device that has the policy. */
function accept(enterprise: Enterprise, id: string, name: string, policy: Message): Message {
  const violations = checkPolicy(policy);
  if (violations.length > 0) throw invalid(violations);
  const record = enterprise.policies.get(id) ?? { name, versions: [] };
  const next = { ...policy, name, version: String(record.versions.length + 1) };
  record.versions.push(next);
  enterprise.policies.set(id, record);
  for (const device of enterprise.devices.values()) if (device.policyName === name) device.wake();
  return next;
}

/** The newest version of a policy. */
export function currentOf(record: PolicyRecord | undefined): Message | undefined {
  return record?.versions.at(-1);
}

export const getPolicy: Handler = (call) =>
  currentOf(entry(enterpriseOf(call).policies, idsOf(call.name)[1], call.name)) ?? {};

export const listPolicies: Handler = (call) => {
  const policies = [...enterpriseOf(call).policies.values()].map((record) => currentOf(record) ?? {});
  const { items, ...next } = page(policies, call.query, { usual: 100, most: 100 });
  return { policies: items, ...next };
};

export const deletePolicy: Handler = (call) => {
  const { policies, devices } = enterpriseOf(call);
  const id = idsOf(call.name)[1];
  entry(policies, id, call.name);
  if ([...devices.values()].some(({ policyName }) => policyName === call.name))
    throw failedPrecondition('The policy is in use by a device.');
  policies.delete(id);
  return {};
};

export const modifyApplications: Handler = (call) => {
  const [enterprise, id, current] = existing(call);
  const changes = list(call.body, 'changes');
  if (changes.length === 0) throw invalidField('changes', 'At least one change is required.');
  const applications = [...list(current, 'applications')];
  for (const [index, change] of changes.entries()) {
    const application = change['application'];
    const wanted = (application ?? {}) as Message;
    const packageName = text(wanted, 'packageName');
    if (packageName === undefined)
      throw invalidField(`changes[${index}].application.packageName`, 'A package name is required.');
    const at = applications.findIndex((one) => one['packageName'] === packageName);
    const mask = text(change, 'updateMask');
    const merged = merge(call.discovery, 'ApplicationPolicy', applications[at] ?? { packageName }, wanted, {
      mask,
      kept: ['packageName'],
    });
    if (at < 0) applications.push(merged);
    else applications[at] = merged;
  }
  return { policy: accept(enterprise, id, current['name'] as string, { ...current, applications }) };
};

export const removeApplications: Handler = (call) => {
  const [enterprise, id, current] = existing(call);
  const names = call.body['packageNames'];
  if (!Array.isArray(names) || names.length === 0)
    throw invalidField('packageNames', 'At least one package name is required.');
  const applications = list(current, 'applications').filter((one) => !names.includes(one['packageName']));
  return { policy: accept(enterprise, id, current['name'] as string, { ...current, applications }) };
};

function existing(call: Call): readonly [Enterprise, string, Message] {
  const enterprise = enterpriseOf(call);
  const id = idsOf(call.name)[1];
  return [enterprise, id, currentOf(entry(enterprise.policies, id, call.name)) ?? {}];
}

/** The full name of a policy that a token or a device names: full itself, or a bare id. Throws 400. */
export function policyNameIn(enterprise: Enterprise, name: string, field: string): string {
  const full = name.includes('/') ? name : `${enterprise.name}/policies/${name}`;
  const [owner, id] = idsOf(full);
  if (owner !== enterprise.id || !/^enterprises\/[^/]+\/policies\/[^/]+$/.test(full) || !POLICY_ID.test(id))
    throw invalidField(field, `"${name}" is no policy of this enterprise.`);
  return full;
}
