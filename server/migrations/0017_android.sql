-- The Android dialect: Google projects, enterprises, enrollment tokens, devices, received notifications, commands.

-- A Google Cloud project through which the Android Management API is called. The key file is sealed.
create table google_projects (
  contractor_id uuid not null references contractors,
  project_id text not null,
  client_email text not null,
  key_id text not null,
  sealed_key bytea not null,
  pubsub_topic text,
  push_service_account text,
  push_audience text,
  requests_per_minute integer not null constraint google_projects_rate check (requests_per_minute between 10 and 100000),
  saved_at timestamptz not null,
  saved_by text not null,
  primary key (contractor_id)
);
call make_tenant_table('google_projects');

-- The installation's own, which every contractor without one uses; its key is sealed under the provider's.
create table google_installation_project (
  one boolean primary key default true constraint google_installation_project_one check (one),
  project_id text not null,
  client_email text not null,
  key_id text not null,
  sealed_key bytea not null,
  pubsub_topic text,
  push_service_account text,
  push_audience text,
  requests_per_minute integer not null
    constraint google_installation_project_rate check (requests_per_minute between 10 and 100000),
  saved_at timestamptz not null,
  saved_by text not null
);
grant select, insert, update, delete on google_installation_project to tsukasa_app;
grant select on google_installation_project to tsukasa_jobs;

-- What is known of the use of each project, shared by all copies: `scope` is `installation` or a contractor's id. The
-- allowance is a bucket of requests; nothing is asked before blocked_until, which Google's refusal for quota sets.
create table google_usage (
  scope text primary key,
  allowance double precision not null,
  filled_at timestamptz not null,
  blocked_until timestamptz,
  minute_at timestamptz not null,
  this_minute integer not null default 0,
  last_minute integer not null default 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure_status integer,
  last_failure_message text,
  last_message_at timestamptz
);
grant select, insert, update, delete on google_usage to tsukasa_jobs;
grant select, delete on google_usage to tsukasa_app;

-- Push messages that were refused: by project, reason and hour.
create table google_refusals (
  scope text not null,
  reason text not null,
  hour timestamptz not null,
  count integer not null,
  last_at timestamptz not null,
  primary key (scope, reason, hour)
);
grant select on google_refusals to tsukasa_app;
grant select, delete on google_refusals to tsukasa_jobs;
grant select, insert, update on google_refusals to tsukasa_device;

-- One enterprise per contractor. signup_hash is the hash of what the call-back's address carries.
create table android_enterprises (
  contractor_id uuid not null references contractors,
  state text not null constraint android_enterprises_state check (state in ('signing_up', 'bound', 'lost')),
  project_scope text not null constraint android_enterprises_scope check (project_scope in ('installation', 'contractor')),
  project_id text not null,
  signup_hash bytea,
  signup_name text,
  sealed_signup_url bytea,
  signup_started_at timestamptz,
  signup_started_by text,
  completing_at timestamptz,
  -- Enterprises of the project that were there before this sign-up made its own: never taken for it.
  others_before text[],
  enterprise_name text,
  display_name text,
  enterprise_type text,
  bound_at timestamptz,
  bound_by text,
  lost_at timestamptz,
  -- What was last set at Google (policy and notifications), by hash, and what Google said against it.
  setup_hash text,
  setup_at timestamptz,
  setup_problem text,
  last_message_at timestamptz,
  reconcile_at timestamptz,
  reconciled_at timestamptz,
  reconcile_found jsonb,
  reconcile_problem jsonb,
  primary key (contractor_id),
  constraint android_enterprises_bound check ((state = 'signing_up') = (enterprise_name is null))
);
create index android_enterprises_name on android_enterprises (enterprise_name) where enterprise_name is not null;
create index android_enterprises_due on android_enterprises (reconcile_at) where reconcile_at is not null;
call make_tenant_table('android_enterprises', 'select');

-- Enrollment tokens at Google, made when an invitation is first used. `sealed` holds the token and its QR text.
create table android_enrollment_tokens (
  contractor_id uuid not null,
  invitation_id uuid not null,
  enterprise_name text not null,
  token_name text,
  sealed bytea,
  expires_at timestamptz,
  created_at timestamptz not null,
  checked_at timestamptz,
  -- Somebody is asking Google for it.
  minting_until timestamptz,
  delete_at timestamptz,
  delete_attempts integer not null default 0,
  deleted_at timestamptz,
  primary key (contractor_id, invitation_id),
  foreign key (contractor_id, invitation_id) references enrollment_invitations
);
create index android_enrollment_tokens_name on android_enrollment_tokens (contractor_id, token_name);
create index android_enrollment_tokens_unwanted on android_enrollment_tokens (delete_at)
  where delete_at is not null and deleted_at is null;
call make_tenant_table('android_enrollment_tokens');

-- Devices by Google's name. One that is gone stays as a tombstone: a late report must not bring it back.
create table android_devices (
  contractor_id uuid not null,
  device_name text not null,
  device_id uuid not null,
  state text not null constraint android_devices_state check (state in ('enrolled', 'deleting', 'gone')),
  hardware_id text not null,
  enterprise_specific_id text,
  serial_number text,
  applied_state text,
  -- Of the newest report that was taken in.
  reported_at timestamptz not null,
  synced_at timestamptz,
  -- When Google is asked for a device that has not reported since it enrolled; null once it has.
  look_at timestamptz,
  details jsonb not null default '[]',
  enrolled_at timestamptz not null,
  gone_at timestamptz,
  gone_reason text,
  primary key (contractor_id, device_name),
  foreign key (contractor_id, device_id) references devices
);
create index android_devices_device on android_devices (contractor_id, device_id);
create index android_devices_hardware on android_devices (contractor_id, hardware_id);
create index android_devices_look on android_devices (look_at) where look_at is not null and state = 'enrolled';
call make_tenant_table('android_devices');

-- Notifications as received, durable before Google is told 204; emptied once worked on, kept against duplicates.
create table android_messages (
  contractor_id uuid not null references contractors,
  message_id text not null,
  seq bigint generated always as identity,
  kind text not null,
  data bytea,
  published_at timestamptz not null,
  received_at timestamptz not null,
  attempts integer not null default 0,
  retry_at timestamptz,
  done_at timestamptz,
  problem text,
  primary key (contractor_id, message_id)
);
create index android_messages_waiting on android_messages (contractor_id, seq) where done_at is null and problem is null;
create index android_messages_old on android_messages (received_at);
call make_tenant_table('android_messages', 'select, insert');

-- Requests about devices that go out by the budget: what is next (`step`) and when (`due_at`).
create table android_commands (
  contractor_id uuid not null,
  command_id uuid not null,
  seq bigint generated always as identity,
  device_id uuid not null,
  device_name text not null,
  action_id uuid,
  kind text not null constraint android_commands_kind check (kind in ('issue', 'delete', 'get')),
  command_type text,
  -- The body of the request, sealed: it may hold a password. Emptied when it can no longer be needed.
  sealed_payload bytea,
  lane smallint not null constraint android_commands_lane check (lane between 0 and 2),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  step text constraint android_commands_step check (step in ('send', 'resolve', 'check', 'cancel')),
  due_at timestamptz,
  attempts integer not null default 0,
  sent_at timestamptz,
  handed_at timestamptz,
  operation_name text,
  problem jsonb,
  cancel_wanted boolean not null default false,
  finished_at timestamptz,
  outcome text,
  primary key (contractor_id, command_id),
  constraint android_commands_finished check ((finished_at is null) = (outcome is null)),
  foreign key (contractor_id, device_name) references android_devices
);
create index android_commands_due on android_commands (due_at) where due_at is not null;
create index android_commands_action on android_commands (contractor_id, action_id) where action_id is not null;
create index android_commands_operation on android_commands (contractor_id, operation_name) where operation_name is not null;
create index android_commands_device on android_commands (contractor_id, device_name) where finished_at is null;
call make_tenant_table('android_commands');

grant usage on all sequences in schema public to tsukasa_app, tsukasa_jobs, tsukasa_device;
