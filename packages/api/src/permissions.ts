/**
 * Named permissions and the roles that hold them. A role is a set of permissions and nothing else; every check in the
 * server asks for one of these names.
 */
export const PERMISSIONS = [
  'provider.read', // see the list of contractors and the installation's state
  'provider.contractors.write', // create, rename and suspend contractors
  'provider.staff.manage', // provider staff and the provider's tokens
  'contractor.read', // dashboard, settings of one contractor
  'contractor.settings.write',
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
  'members.read',
  'members.manage',
  'tokens.read',
  'tokens.manage',
  'push_certificate.read',
  'push_certificate.manage',
  'certificates.revoke',
  'audit.read',
  'events.read',
  'events.acknowledge',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const PROVIDER_ROLES = ['provider_administrator'] as const;
export type ProviderRole = (typeof PROVIDER_ROLES)[number];
export const CONTRACTOR_ROLES = ['contractor_administrator', 'helpdesk', 'auditor'] as const;
export type ContractorRole = (typeof CONTRACTOR_ROLES)[number];
export type Role = ProviderRole | ContractorRole;

const READS: readonly Permission[] = [
  'contractor.read',
  'devices.read',
  'devices.export',
  'directory.read',
  'enrollment.read',
  'actions.read',
  'members.read',
  'tokens.read',
  'push_certificate.read',
  'audit.read',
  'events.read',
];

const CONTRACTOR_ALL: readonly Permission[] = PERMISSIONS.filter((p) => !p.startsWith('provider.'));

/** What each role may do. Helpdesk cannot destroy; an auditor only reads; the provider's administrator acts in every contractor. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  provider_administrator: new Set(PERMISSIONS),
  contractor_administrator: new Set(CONTRACTOR_ALL),
  helpdesk: new Set<Permission>([
    'contractor.read',
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
    'events.read',
    'events.acknowledge',
  ]),
  auditor: new Set(READS),
};
