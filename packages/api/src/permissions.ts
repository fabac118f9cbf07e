/**
 * Named permissions and the roles that hold them. A role is a set of permissions and nothing else; every check in the
 * server asks for one of these names.
 */
export const PERMISSIONS = [
  'provider.read', // see the list of contractors and the installation's state
  'provider.audit.read', // the provider's own audit trail
  'provider.contractors.write', // create, rename and suspend contractors
  'provider.staff.manage', // provider staff and the provider's tokens
  'provider.contracts.read', // the book of contracts, applications, customers, revisions of the terms
  'provider.contracts.write', // applications on behalf, quotes, acceptance, notices, corrections
  'provider.safety.write', // the installation's breaker
  'provider.platforms.manage', // the installation's Google project
  'provider.terms.write', // the catalogue and revisions of the terms
  'provider.billing.read',
  'provider.billing.write', // settings, drafts of closings, payments, asking for adjustments
  'provider.billing.approve', // closings, and adjustments that somebody else asked for
  'contractor.read', // dashboard, settings of one contractor
  'contractor.settings.write',
  'contracts.read', // contracts, applications, licences, checklist
  'contracts.apply', // apply, agree to licences, change counts, give notice
  'contracts.checklist', // tick items of the setup checklist
  'invoices.read',
  'devices.read',
  'devices.write', // label, assign to a person
  'devices.export',
  'directory.read',
  'directory.write',
  'enrollment.read',
  'enrollment.write', // create and revoke invitations, see their links
  'actions.read',
  'actions.refresh',
  'actions.control', // lock, restart, shut down, clear passcode, lost mode, locate, play sound, rename
  'actions.destroy', // erase, remove management
  'actions.raw', // any command of the catalogue
  'actions.secrets.read', // the PIN of a locked Mac, once
  'actions.cancel',
  'actions.approve', // agree to what somebody else asked for, release what the breaker holds
  'recovery_keys.read', // BitLocker recovery keys, in clear
  'members.read',
  'members.manage',
  'tokens.read',
  'tokens.manage',
  'push_certificate.read',
  'push_certificate.manage',
  'platforms.read', // the binding to Google, what is ready
  'platforms.manage', // bind and release the Android enterprise, the contractor's own Google project
  'certificates.revoke',
  'audit.read',
  'events.read',
  'events.acknowledge',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const PROVIDER_ROLES = [
  'provider_administrator',
  'provider_sales',
  'provider_billing',
  'provider_desk',
] as const;
export type ProviderRole = (typeof PROVIDER_ROLES)[number];
export const CONTRACTOR_ROLES = ['contractor_administrator', 'helpdesk', 'auditor'] as const;
export type ContractorRole = (typeof CONTRACTOR_ROLES)[number];
export type Role = ProviderRole | ContractorRole;

const READS: readonly Permission[] = [
  'contractor.read',
  'contracts.read',
  'invoices.read',
  'devices.read',
  'devices.export',
  'directory.read',
  'enrollment.read',
  'actions.read',
  'members.read',
  'tokens.read',
  'push_certificate.read',
  'platforms.read',
  'audit.read',
  'events.read',
];

const CONTRACTOR_ALL: readonly Permission[] = PERMISSIONS.filter((p) => !p.startsWith('provider.'));

/**
 * What each role may do. Of the provider's staff, sales keep the contracts, billing bills them, and the desk operates devices
 * (it cannot destroy); none of them manages staff. Helpdesk cannot destroy; an auditor only reads; the provider's
 * administrator acts in every contractor.
 */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  provider_administrator: new Set(PERMISSIONS),
  provider_sales: new Set<Permission>([
    'provider.read',
    'provider.contractors.write',
    'provider.contracts.read',
    'provider.contracts.write',
    'provider.terms.write',
    'provider.billing.read',
    'contractor.read',
    'contracts.read',
    'contracts.checklist',
    'invoices.read',
  ]),
  provider_billing: new Set<Permission>([
    'provider.read',
    'provider.audit.read',
    'provider.contracts.read',
    'provider.billing.read',
    'provider.billing.write',
    'provider.billing.approve',
    'contractor.read',
    'contracts.read',
    'invoices.read',
    'audit.read',
  ]),
  provider_desk: new Set<Permission>([
    'provider.read',
    'provider.contracts.read',
    'contractor.read',
    'contracts.read',
    'contracts.checklist',
    'devices.read',
    'directory.read',
    'enrollment.read',
    'actions.read',
    'actions.refresh',
    'actions.control',
    'actions.cancel',
    'push_certificate.read',
    'platforms.read',
    'events.read',
    'events.acknowledge',
  ]),
  contractor_administrator: new Set(CONTRACTOR_ALL),
  helpdesk: new Set<Permission>([
    'contractor.read',
    'contracts.read',
    'devices.read',
    'devices.write',
    'directory.read',
    'directory.write',
    'enrollment.read',
    'enrollment.write',
    'actions.read',
    'actions.refresh',
    'actions.control',
    'actions.cancel',
    'push_certificate.read',
    'platforms.read',
    'events.read',
    'events.acknowledge',
  ]),
  auditor: new Set(READS),
};
