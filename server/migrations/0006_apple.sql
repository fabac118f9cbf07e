-- The Apple dialect: enrollments, identities, the command queue, received answers, wake-ups, declarative management.

create table apple_enrollments (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  device_id uuid not null,
  invitation_id uuid,
  udid text not null,
  kind text not null constraint apple_enrollments_kind check (kind in ('device', 'user')),
  state text not null constraint apple_enrollments_state check (state in ('authenticated', 'enrolled', 'gone')),
  access_rights integer not null,
  topic text not null,
  profile jsonb not null default '{}',
  push_token bytea,
  push_magic text,
  sealed_unlock_token bytea,
  sealed_bootstrap_token bytea,
  awaiting_configuration boolean not null default false,
  token_updates integer not null default 0,
  authenticated_at timestamptz not null,
  token_updated_at timestamptz,
  enrolled_at timestamptz,
  gone_at timestamptz,
  gone_reason text,
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, device_id) references devices
);
create unique index apple_enrollments_live on apple_enrollments (contractor_id, udid) where state <> 'gone';
create index apple_enrollments_device on apple_enrollments (contractor_id, device_id);
call make_tenant_table('apple_enrollments', 'select');

-- A certificate belongs to one enrollment for ever. revoked_at is read at every contact.
create table apple_identities (
  contractor_id uuid not null,
  certificate_sha256 bytea not null,
  enrollment_id uuid not null,
  udid text not null,
  serial text not null,
  not_after timestamptz not null,
  first_used_at timestamptz not null,
  -- Another certificate of the same enrollment took over; this one is refused a day later.
  superseded_at timestamptz,
  revoked_at timestamptz,
  primary key (contractor_id, certificate_sha256),
  foreign key (contractor_id, enrollment_id) references apple_enrollments
);
create index apple_identities_enrollment on apple_identities (contractor_id, enrollment_id);
create index apple_identities_serial on apple_identities (contractor_id, serial);
create index apple_identities_expiry on apple_identities (not_after) where superseded_at is null and revoked_at is null;
call make_tenant_table('apple_identities', 'select');

-- Wide columns are emptied when a command is finished; apple_commands_open holds pending work only, so that finished work
-- never slows a poll. A sealed payload carries a secret (PIN, unlock token) and is opened at delivery.
create table apple_commands (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  command_id uuid not null,
  seq bigint generated always as identity,
  purpose text not null default 'observation' constraint apple_commands_purpose
    check (purpose in ('action', 'raw', 'observation', 'renewal', 'declarative')),
  action_id uuid,
  request_type text not null,
  payload bytea,
  sealed boolean not null default false,
  priority smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  woken_at timestamptz,
  sent_at timestamptz,
  attempts smallint not null default 0,
  -- Said "not now" in the session that runs: not offered again before the next Idle.
  resting boolean not null default false,
  not_now_at timestamptz,
  not_now_count integer not null default 0,
  finished_at timestamptz,
  outcome text constraint apple_commands_outcome
    check (outcome in ('acknowledged', 'error', 'format_error', 'cancelled', 'expired', 'superseded', 'abandoned')),
  primary key (contractor_id, enrollment_id, command_id),
  constraint apple_commands_finished check ((finished_at is null) = (outcome is null)),
  constraint apple_commands_action check ((purpose in ('action', 'raw')) = (action_id is not null)),
  foreign key (contractor_id, enrollment_id) references apple_enrollments
  -- Half empty pages: a delivery then stays on its page and touches no index; what a finished command leaves is used again.
) with (fillfactor = 50);
create index apple_commands_open on apple_commands (contractor_id, enrollment_id, priority desc, seq) where finished_at is null;
create index apple_commands_action on apple_commands (contractor_id, action_id) where action_id is not null;
call make_tenant_table('apple_commands', 'select, update');

-- What the batched statements of the device channel do to one command. Functions, because an update joined to a batch is
-- planned once and kept: planned while the table is small it may walk through the whole table, which then grows.

-- Delivers a command, or only ends its rest. Nothing comes back when somebody else has finished it.
create function apple_deliver(contractor uuid, enrollment uuid, command uuid, deliver boolean, at timestamptz) returns bytea
language plpgsql as $$
declare body bytea;
begin
  update apple_commands c set
    resting = false,
    sent_at = case when deliver then at else c.sent_at end,
    attempts = case when deliver then least(c.attempts + 1, 1000) else c.attempts end
  where c.contractor_id = contractor and c.enrollment_id = enrollment and c.command_id = command and c.finished_at is null
  returning c.payload into body;
  return body;
end $$;

-- Takes an answer to a command that is open: true when this answer counts.
create function apple_finish(contractor uuid, enrollment uuid, command uuid, said text, at timestamptz) returns boolean
language plpgsql as $$
begin
  update apple_commands c set
    finished_at = case when said <> 'NotNow' then at end,
    outcome = case said
      when 'Acknowledged' then 'acknowledged' when 'Error' then 'error' when 'CommandFormatError' then 'format_error' end,
    payload = case when said = 'NotNow' then c.payload end,
    attempts = 0,
    resting = said = 'NotNow',
    not_now_at = case when said = 'NotNow' then at else c.not_now_at end,
    not_now_count = c.not_now_count + (said = 'NotNow')::integer
  where c.contractor_id = contractor and c.enrollment_id = enrollment and c.command_id = command and c.finished_at is null;
  return found;
end $$;

-- Answers as received, durable before the device is told 200; interpreted afterwards, in the order of seq, and then deleted.
-- No foreign key to apple_commands: the statement that stores an answer has just finished its command.
create table apple_answers (
  contractor_id uuid not null,
  seq bigint generated always as identity,
  enrollment_id uuid not null,
  command_id uuid not null,
  status text not null,
  body bytea not null,
  received_at timestamptz not null,
  attempts integer not null default 0,
  retry_at timestamptz,
  problem text,
  primary key (contractor_id, seq)
);
call make_tenant_table('apple_answers', 'select, insert');
grant usage on all sequences in schema public to tsukasa_app, tsukasa_jobs, tsukasa_device;

-- One row per enrollment: at most one wake-up waits at a time, and the next observation is due at observe_at.
create table apple_wakeups (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  wake_at timestamptz,
  attempts integer not null default 0,
  last_sent_at timestamptz,
  last_accepted_at timestamptz,
  last_status integer,
  last_reason text,
  token_dead_at timestamptz,
  observe_at timestamptz,
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, enrollment_id) references apple_enrollments
) with (fillfactor = 70);
create index apple_wakeups_due on apple_wakeups (wake_at) where wake_at is not null;
create index apple_wakeups_observe on apple_wakeups (observe_at) where observe_at is not null;
call make_tenant_table('apple_wakeups');

create table apple_declarative (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  declarations_token text,
  last_sync_at timestamptz,
  last_status_at timestamptz,
  status jsonb not null default '{}',
  errors jsonb not null default '[]',
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, enrollment_id) references apple_enrollments
);
call make_tenant_table('apple_declarative');
