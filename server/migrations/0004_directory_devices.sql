-- Persons and groups (directory); registry, observed state, history and invitations (devices).

create table persons (
  contractor_id uuid not null references contractors,
  person_id uuid not null,
  name text not null constraint persons_name_length check (char_length(name) between 1 and 200),
  kana text not null default '' constraint persons_kana_length check (char_length(kana) <= 200),
  email text constraint persons_email_length check (char_length(email) <= 254),
  employee_number text constraint persons_number_length check (char_length(employee_number) <= 64),
  department text constraint persons_department_length check (char_length(department) <= 200),
  sort_key text not null generated always as (coalesce(nullif(kana, ''), name)) stored,
  note text not null default '' constraint persons_note_length check (char_length(note) <= 2000),
  search_key text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz,
  primary key (contractor_id, person_id)
);
create unique index persons_number on persons (contractor_id, employee_number) where employee_number is not null and archived_at is null;
create index persons_by_sort on persons (contractor_id, sort_key collate ja, person_id);
call make_tenant_table('persons');

create table groups (
  contractor_id uuid not null references contractors,
  group_id uuid not null,
  name text not null constraint groups_name_length check (char_length(name) between 1 and 200),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (contractor_id, group_id),
  constraint groups_name unique (contractor_id, name)
);
call make_tenant_table('groups');

create table group_members (
  contractor_id uuid not null,
  group_id uuid not null,
  person_id uuid not null,
  added_at timestamptz not null,
  primary key (contractor_id, group_id, person_id),
  foreign key (contractor_id, group_id) references groups on delete cascade,
  foreign key (contractor_id, person_id) references persons on delete cascade
);
create index group_members_of_person on group_members (contractor_id, person_id);
call make_tenant_table('group_members');

create table enrollment_invitations (
  contractor_id uuid not null references contractors,
  invitation_id uuid not null,
  platform text not null constraint enrollment_invitations_platform check (platform in ('apple')),
  usage_mode text not null constraint enrollment_invitations_mode check (usage_mode in ('company-owned', 'personally-owned')),
  person_id uuid,
  label text not null default '' constraint enrollment_invitations_label check (char_length(label) <= 200),
  code_hash bytea not null,
  sealed_code bytea not null,
  max_uses integer not null constraint enrollment_invitations_max check (max_uses between 1 and 100000),
  uses integer not null default 0,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (contractor_id, invitation_id),
  constraint enrollment_invitations_code unique (contractor_id, code_hash),
  constraint enrollment_invitations_uses check (uses between 0 and max_uses),
  foreign key (contractor_id, person_id) references persons
);
create index enrollment_invitations_recent on enrollment_invitations (contractor_id, created_at, invitation_id);
call make_tenant_table('enrollment_invitations');

-- One row per device; wide and cold. Observed columns hold what the device said, observed_at says when, by column.
create table devices (
  contractor_id uuid not null references contractors,
  device_id uuid not null,
  platform text not null constraint devices_platform check (platform in ('apple')),
  usage_mode text not null constraint devices_mode check (usage_mode in ('company-owned', 'personally-owned')),
  management_state text not null constraint devices_state check (management_state in ('enrolling', 'managed', 'unmanaged')),
  invitation_id uuid,
  person_id uuid,
  -- The person's own words again, kept equal when the person changes: search and sorting read one table only.
  person_name text,
  person_kana text,
  person_department text,
  person_sort text generated always as (coalesce(nullif(person_kana, ''), person_name)) stored,
  label text not null default '',
  hardware_id text not null,
  serial_number text,
  name text,
  model text,
  model_name text,
  product_name text,
  os_family text constraint devices_os_family check (os_family in ('iOS', 'iPadOS', 'macOS', 'tvOS', 'visionOS', 'watchOS')),
  os_version text,
  os_version_sort integer[],
  os_build text,
  phone_number text,
  imei text,
  meid text,
  iccid text,
  carrier text,
  wifi_mac text,
  bluetooth_mac text,
  ethernet_mac text,
  supervised boolean,
  user_approved boolean,
  apple_silicon boolean,
  passcode_present boolean,
  passcode_compliant boolean,
  encrypted boolean,
  firewall_enabled boolean,
  activation_lock boolean,
  lost_mode boolean,
  battery_level real,
  capacity_bytes bigint,
  available_bytes bigint,
  app_count integer,
  latitude double precision,
  longitude double precision,
  location_accuracy double precision,
  location_at timestamptz,
  observed_at jsonb not null default '{}',
  last_observed_at timestamptz,
  search_key text not null default '',
  created_at timestamptz not null,
  enrolled_at timestamptz,
  unmanaged_at timestamptz,
  updated_at timestamptz not null,
  primary key (contractor_id, device_id),
  constraint devices_hardware unique (contractor_id, platform, hardware_id),
  foreign key (contractor_id, invitation_id) references enrollment_invitations,
  foreign key (contractor_id, person_id) references persons
);
create index devices_by_name on devices (contractor_id, name collate ja, device_id);
create index devices_by_serial on devices (contractor_id, serial_number);
create index devices_by_person on devices (contractor_id, person_id);
call make_tenant_table('devices');

-- Hot: when the device last spoke. Never rewrites the wide row.
create table device_contacts (
  contractor_id uuid not null,
  device_id uuid not null,
  last_contact_at timestamptz not null,
  primary key (contractor_id, device_id),
  foreign key (contractor_id, device_id) references devices on delete cascade
) with (fillfactor = 70);
create index device_contacts_age on device_contacts (contractor_id, last_contact_at);
call make_tenant_table('device_contacts', 'select, insert, update');

-- The last answer of each kind as the device gave it.
create table device_reports (
  contractor_id uuid not null,
  device_id uuid not null,
  section text not null,
  reported_at timestamptz not null,
  body jsonb not null,
  primary key (contractor_id, device_id, section),
  foreign key (contractor_id, device_id) references devices on delete cascade
);
call make_tenant_table('device_reports');

create table device_changes (
  contractor_id uuid not null,
  device_id uuid not null,
  change_id uuid not null,
  at timestamptz not null,
  source text not null,
  field text not null,
  old_value jsonb,
  new_value jsonb,
  primary key (contractor_id, device_id, change_id),
  foreign key (contractor_id, device_id) references devices on delete cascade
);
create index device_changes_recent on device_changes (contractor_id, device_id, at, change_id);
call make_tenant_table('device_changes');

-- What a device listed last. A row is written only when it differs: all of a list were seen at its report's time.
create table device_apps (
  contractor_id uuid not null,
  device_id uuid not null,
  identifier text not null,
  name text,
  version text,
  short_version text,
  bundle_bytes bigint,
  managed boolean,
  details jsonb not null default '{}',
  changed_at timestamptz not null,
  primary key (contractor_id, device_id, identifier),
  foreign key (contractor_id, device_id) references devices on delete cascade
);
call make_tenant_table('device_apps');

create table device_profiles (
  contractor_id uuid not null,
  device_id uuid not null,
  identifier text not null,
  uuid text not null default '',
  display_name text,
  managed boolean,
  payload_types text[] not null default '{}',
  details jsonb not null default '{}',
  changed_at timestamptz not null,
  primary key (contractor_id, device_id, identifier, uuid),
  foreign key (contractor_id, device_id) references devices on delete cascade
);
call make_tenant_table('device_profiles');

create table device_certificates (
  contractor_id uuid not null,
  device_id uuid not null,
  sha256 bytea not null,
  common_name text,
  identity boolean,
  subject text,
  issuer text,
  not_before timestamptz,
  not_after timestamptz,
  changed_at timestamptz not null,
  primary key (contractor_id, device_id, sha256),
  foreign key (contractor_id, device_id) references devices on delete cascade
);
call make_tenant_table('device_certificates');

-- What happened on the device channel and in the background that an administrator should know: refused messages, a dead
-- push token, an expiring certificate. The same event in the same hour counts up instead of adding a row.
create table device_events (
  contractor_id uuid not null references contractors,
  event_id uuid not null,
  kind text not null,
  severity text not null constraint device_events_severity check (severity in ('notice', 'warning', 'alarm')),
  device_id uuid,
  dedupe_key text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  count integer not null default 1,
  details jsonb not null default '{}',
  acknowledged_at timestamptz,
  acknowledged_by text,
  primary key (contractor_id, event_id),
  constraint device_events_once unique (contractor_id, dedupe_key)
);
create index device_events_recent on device_events (contractor_id, first_at, event_id);
create index device_events_of_device on device_events (contractor_id, device_id, first_at, event_id) where device_id is not null;
create index device_events_open on device_events (contractor_id, severity) where acknowledged_at is null;
call make_tenant_table('device_events', 'select, insert, update');
