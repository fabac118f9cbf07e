-- Windows and Android beside Apple: platforms, management modes, and what their devices say about themselves.
alter table enrollment_invitations
  drop constraint enrollment_invitations_platform,
  add constraint enrollment_invitations_platform check (platform in ('apple', 'windows', 'android')),
  add column management_mode text not null default 'device'
    constraint enrollment_invitations_management_mode
    check (management_mode in ('device', 'fully-managed', 'dedicated', 'work-profile'));
alter table devices
  drop constraint devices_platform,
  add constraint devices_platform check (platform in ('apple', 'windows', 'android')),
  drop constraint devices_os_family,
  add constraint devices_os_family check
    (os_family in ('iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS', 'Windows', 'Android')),
  add column management_mode text not null default 'device'
    constraint devices_management_mode check (management_mode in ('device', 'fully-managed', 'dedicated', 'work-profile')),
  add column manufacturer text,
  add column os_edition text,
  add column security_patch_level text,
  add column api_level integer,
  add column secure_boot boolean,
  add column tpm_version text,
  add column antivirus_active boolean,
  add column antivirus_current boolean,
  add column policy_compliant boolean,
  add column domain_name text;
