-- Remote actions (actions); contractor CAs, issued certificates, SCEP challenges, push certificates (certificates).

create table actions (
  contractor_id uuid not null references contractors,
  action_id uuid not null,
  device_id uuid not null,
  type text not null,
  params jsonb not null default '{}',
  priority smallint not null default 0,
  state text not null constraint actions_state
    check (state in ('queued', 'sent', 'deferred', 'done', 'failed', 'cancelled', 'expired', 'superseded')),
  reason text,
  effects jsonb not null default '[]',
  asked_by_kind text not null,
  asked_by text not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  queued_at timestamptz,
  expires_at timestamptz not null,
  finished_at timestamptz,
  result jsonb,
  failure jsonb,
  primary key (contractor_id, action_id),
  foreign key (contractor_id, device_id) references devices
);
create index actions_of_device on actions (contractor_id, device_id, asked_at, action_id);
create index actions_open on actions (contractor_id, device_id) where finished_at is null;
create index actions_expiry on actions (expires_at) where finished_at is null;
create index actions_finished on actions (contractor_id, finished_at) where finished_at is not null;
create index actions_recent on actions (contractor_id, asked_at, action_id);
call make_tenant_table('actions');

-- What an action made that must be read by a person once: the PIN of a locked Mac. Sealed.
create table action_secrets (
  contractor_id uuid not null,
  action_id uuid not null,
  kind text not null constraint action_secrets_kind check (kind in ('lock_pin', 'erase_pin')),
  sealed bytea not null,
  created_at timestamptz not null,
  read_at timestamptz,
  read_by text,
  primary key (contractor_id, action_id, kind),
  foreign key (contractor_id, action_id) references actions on delete cascade
);
call make_tenant_table('action_secrets');

create table certificate_authorities (
  contractor_id uuid not null references contractors,
  authority_id uuid not null,
  certificate bytea not null,
  sealed_key bytea not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null,
  retired_at timestamptz,
  primary key (contractor_id, authority_id)
);
create unique index certificate_authorities_current on certificate_authorities (contractor_id) where retired_at is null;
call make_tenant_table('certificate_authorities');

-- The serial number is recorded before the signature is made. enrollment_id: the enrollment whose identity it renews.
create table issued_certificates (
  contractor_id uuid not null,
  serial text not null,
  authority_id uuid not null,
  purpose text not null constraint issued_certificates_purpose check (purpose in ('device-identity')),
  state text not null constraint issued_certificates_state check (state in ('reserved', 'issued', 'revoked')),
  subject text not null,
  invitation_id uuid,
  enrollment_id uuid,
  renews text,
  sha256 bytea,
  certificate bytea,
  reserved_at timestamptz not null,
  issued_at timestamptz,
  not_after timestamptz,
  revoked_at timestamptz,
  revocation_reason text,
  primary key (contractor_id, serial),
  foreign key (contractor_id, authority_id) references certificate_authorities,
  foreign key (contractor_id, invitation_id) references enrollment_invitations
);
create unique index issued_certificates_sha256 on issued_certificates (contractor_id, sha256) where sha256 is not null;
create index issued_certificates_expiry on issued_certificates (contractor_id, not_after) where state = 'issued';
create index issued_certificates_renewals on issued_certificates (contractor_id, renews) where renews is not null;
call make_tenant_table('issued_certificates');

-- One per fetched profile; used once. A repeated request with the same public key gets the same certificate again.
-- serial and used_by_key: who is being served; used_at: the certificate was recorded.
create table scep_challenges (
  contractor_id uuid not null,
  challenge_hash bytea not null,
  invitation_id uuid,
  enrollment_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by_key bytea,
  serial text,
  primary key (contractor_id, challenge_hash),
  foreign key (contractor_id, invitation_id) references enrollment_invitations,
  foreign key (contractor_id, serial) references issued_certificates
);
create index scep_challenges_age on scep_challenges (expires_at);
call make_tenant_table('scep_challenges');

create table push_certificates (
  contractor_id uuid not null references contractors,
  push_certificate_id uuid not null,
  state text not null constraint push_certificates_state check (state in ('requested', 'current', 'superseded')),
  csr text,
  certificate text,
  sealed_key bytea not null,
  topic text,
  subject text,
  serial text,
  not_before timestamptz,
  not_after timestamptz,
  created_at timestamptz not null,
  activated_at timestamptz,
  superseded_at timestamptz,
  alarmed_days integer,
  primary key (contractor_id, push_certificate_id)
);
create unique index push_certificates_current on push_certificates (contractor_id) where state = 'current';
call make_tenant_table('push_certificates');
