-- The second person, the breaker and bulk actions (actions).

alter table actions
  drop constraint actions_state,
  add constraint actions_state check (state in ('awaiting_approval', 'held', 'queued', 'sent', 'deferred', 'done', 'failed',
    'cancelled', 'expired', 'superseded', 'rejected')),
  add column cancel_requested_at timestamptz,
  add column batch_id uuid,
  -- What was asked as the expiry, counted from when the action is let go.
  add column expires_in text,
  -- Needs a second person by what it does; counted by the breaker from let_go_at on.
  add column destructive boolean not null default false,
  add column let_go_at timestamptz,
  -- All parameters, sealed, while the action waits for a person.
  add column sealed_params bytea;
create index actions_let_go on actions (contractor_id, let_go_at) where let_go_at is not null and batch_id is null;
create unique index actions_of_batch on actions (contractor_id, batch_id, device_id) where batch_id is not null;

alter table action_secrets
  drop constraint action_secrets_kind,
  add constraint action_secrets_kind check (kind in ('lock_pin', 'erase_pin', 'new_passcode'));

-- One action for many devices. destructive: how many of its devices count for the breaker.
create table action_batches (
  contractor_id uuid not null references contractors,
  batch_id uuid not null,
  type text not null,
  params jsonb not null default '{}',
  sealed_params bytea,
  priority smallint not null default 0,
  state text not null constraint action_batches_state
    check (state in ('awaiting_approval', 'held', 'running', 'rejected', 'cancelled')),
  reason text,
  asked_by_kind text not null,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  expires_in text not null,
  -- Until when somebody must have approved or released it.
  decide_by timestamptz,
  total integer not null,
  destructive integer not null,
  let_go_at timestamptz,
  ended_at timestamptz,
  cancelled_by jsonb,
  cancel_reason text,
  -- Cancelled, and some of its actions may be open still: the job takes them back.
  withdrawing boolean not null default false,
  -- Let go, and not all of its devices have been asked yet.
  asking boolean not null default false,
  primary key (contractor_id, batch_id)
);
create index action_batches_recent on action_batches (contractor_id, asked_at, batch_id);
create index action_batches_let_go on action_batches (contractor_id, let_go_at) where let_go_at is not null;
create index action_batches_due on action_batches (decide_by) where decide_by is not null;
create index action_batches_withdrawing on action_batches (asked_at) where withdrawing;
create index action_batches_asking on action_batches (priority desc, let_go_at) where asking;
call make_tenant_table('action_batches');

-- Its devices, written all at once from what was just read of them. No key binds them to the registry, which deletes nothing:
-- it would lock tens of thousands of its rows, one check each.
create table action_batch_devices (
  contractor_id uuid not null,
  batch_id uuid not null,
  device_id uuid not null,
  state text not null constraint action_batch_devices_state
    check (state in ('skipped', 'waiting', 'asked', 'cancelled', 'rejected')),
  refusal jsonb,
  action_id uuid,
  destructive boolean not null default false,
  primary key (contractor_id, batch_id, device_id),
  foreign key (contractor_id, batch_id) references action_batches
);
create index action_batch_devices_waiting on action_batch_devices (contractor_id, batch_id, device_id) where state = 'waiting';
call make_tenant_table('action_batch_devices');

-- The second person's part of an action, a bulk action or a change of the safety settings. asked_behind: the person behind
-- the asker (who made the token). contractor_id is the provider's own for the installation's settings.
create table action_approvals (
  contractor_id uuid not null,
  subject_id uuid not null,
  kind text not null constraint action_approvals_kind check (kind in ('action', 'batch', 'safety')),
  state text not null constraint action_approvals_state check (state in ('awaited', 'approved', 'rejected', 'lapsed')),
  asked_by text not null,
  asked_behind text,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  decided_by_kind text,
  decided_by text,
  decided_by_name text,
  decided_at timestamptz,
  reason text,
  primary key (contractor_id, subject_id),
  constraint action_approvals_decided
    check ((state in ('approved', 'rejected')) = (decided_by is not null and decided_at is not null))
);
create index action_approvals_awaited on action_approvals (contractor_id, asked_at, subject_id) where state = 'awaited';
call make_tenant_table('action_approvals', '', 'select, insert, update');

-- What the breaker holds, and who let it go.
create table action_holds (
  contractor_id uuid not null references contractors,
  subject_id uuid not null,
  kind text not null constraint action_holds_kind check (kind in ('action', 'batch')),
  scope text not null constraint action_holds_scope check (scope in ('contractor', 'installation')),
  hour_limit integer not null,
  in_last_hour integer not null,
  wanted integer not null,
  asked_by text not null,
  asked_behind text,
  held_at timestamptz not null,
  released_by_kind text,
  released_by text,
  released_by_name text,
  released_at timestamptz,
  reason text,
  -- Ended without release: cancelled, or nobody released it in time.
  ended_at timestamptz,
  primary key (contractor_id, subject_id)
);
create index action_holds_open on action_holds (contractor_id, held_at, subject_id)
  where released_at is null and ended_at is null;
call make_tenant_table('action_holds', '', 'select, insert, update');

-- Contractors that differ from the defaults. hour_limit null: no limit.
create table safety_settings (
  contractor_id uuid not null references contractors,
  second_person boolean not null,
  hour_limit integer constraint safety_settings_hour_limit check (hour_limit between 1 and 100000),
  updated_at timestamptz not null,
  primary key (contractor_id)
);
call make_tenant_table('safety_settings', '', 'select, insert, update');

-- Changes that loosen, each with its approval. sets: the fields that it would set.
create table safety_changes (
  contractor_id uuid not null,
  change_id uuid not null,
  sets jsonb not null,
  reason text not null,
  asked_by_kind text not null,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  primary key (contractor_id, change_id)
);
call make_tenant_table('safety_changes', '', 'select, insert');

-- The person behind a token or a link: nobody decides on the request of a token they made.
alter table api_tokens add column created_behind text;
alter table provider_api_tokens add column created_behind text;
-- by_provider: a provider's administrator made it. founding: it was used while its contractor had fewer than two who may
-- approve, so that it says nothing against whom it let in.
alter table account_links
  add column created_behind text,
  add column by_provider boolean not null default false,
  add column founding boolean not null default false;
update api_tokens t set created_behind = a.actor_id from audit_entries a
  where a.contractor_id = t.contractor_id and a.action = 'api_token.created' and a.target_id = t.token_id::text
    and a.actor_kind = 'user';
update provider_api_tokens t set created_behind = a.actor_id from audit_entries a
  where a.action = 'api_token.created' and a.target_id = t.token_id::text and a.actor_kind = 'user';

-- Destructive actions let go in the whole installation, by minute: numbers only, of nobody in particular.
create table breaker_minutes (
  minute timestamptz primary key,
  let_go integer not null
);
grant select, insert, update, delete on breaker_minutes to tsukasa_app, tsukasa_jobs;
