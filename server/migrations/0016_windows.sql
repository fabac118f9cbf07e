-- The Windows dialect: enrollments and identities, then sessions, the command queue and received answers.

create table windows_enrollments (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  device_id uuid not null,
  invitation_id uuid,
  -- DeviceID of the request, DevInfo/DevId and the Source of every session.
  dev_id text not null,
  hw_dev_id text,
  kind text not null constraint windows_enrollments_kind check (kind in ('full', 'device')),
  -- pending: the certificate was issued and no session has come yet.
  state text not null constraint windows_enrollments_state check (state in ('pending', 'enrolled', 'gone')),
  user_name text not null default '',
  os_edition integer,
  os_version text,
  -- Name, MD5(name:secret) sealed (a password equivalent), and the nonce that the next digest must use.
  md5_name text not null,
  sealed_md5 bytea not null,
  md5_nonce bytea not null,
  -- What the device was told of its polling, in its own three sets; and since when it may renew before it is due.
  poll jsonb not null,
  renewal_asked_at timestamptz,
  requested_at timestamptz not null,
  enrolled_at timestamptz,
  gone_at timestamptz,
  gone_reason text,
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, device_id) references devices
) with (fillfactor = 70);
create unique index windows_enrollments_live on windows_enrollments (contractor_id, dev_id) where state <> 'gone';
create index windows_enrollments_device on windows_enrollments (contractor_id, device_id);
call make_tenant_table('windows_enrollments', 'select, update');

-- A certificate belongs to one enrollment for ever. revoked_at is read at every contact.
create table windows_identities (
  contractor_id uuid not null,
  certificate_sha256 bytea not null,
  enrollment_id uuid not null,
  -- Of the public key. A key is certified once: the same request again gets the same certificate.
  spki_sha256 bytea not null,
  serial text not null,
  not_after timestamptz not null,
  issued_at timestamptz not null,
  -- Seen in a session; what it renews is superseded then, and refused a day later.
  first_used_at timestamptz,
  superseded_at timestamptz,
  revoked_at timestamptz,
  -- What an administrator was told of its end.
  expiry_told text constraint windows_identities_expiry_told check (expiry_told in ('expiring', 'expired')),
  primary key (contractor_id, certificate_sha256),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
);
create unique index windows_identities_key on windows_identities (contractor_id, spki_sha256);
create index windows_identities_enrollment on windows_identities (contractor_id, enrollment_id);
create index windows_identities_serial on windows_identities (contractor_id, serial);
create index windows_identities_expiry on windows_identities (not_after) where superseded_at is null and revoked_at is null;
call make_tenant_table('windows_identities', 'select, update');

-- Sign-in tokens that were used: each serves one key. The token itself is signed and kept nowhere.
create table windows_signin_tokens (
  contractor_id uuid not null,
  token_id uuid not null,
  invitation_id uuid not null,
  spki_sha256 bytea not null,
  used_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (contractor_id, token_id),
  foreign key (contractor_id, invitation_id) references enrollment_invitations
);
create index windows_signin_tokens_age on windows_signin_tokens (expires_at);
call make_tenant_table('windows_signin_tokens');

-- The session that runs, or the last one. One row per enrollment: a new session takes the place of the old.
create table windows_sessions (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  session_id text not null,
  -- Unguessable part of the CmdIDs of this session: who refers to them has read what we sent.
  token text not null,
  auth text not null constraint windows_sessions_auth check (auth in ('certificate', 'signature', 'digest')),
  -- False while a signed message might be a replay: it then gets a question and nothing else.
  fresh boolean not null,
  login text not null constraint windows_sessions_login check (login in ('user', 'others', 'none')),
  tree text not null constraint windows_sessions_tree check (tree in ('device', 'user', 'mixed')),
  max_msg_size integer not null,
  -- Bytes of answers of the package that runs.
  held integer not null default 0,
  closed boolean not null default false,
  opened_at timestamptz not null,
  last_at timestamptz not null,
  -- The message that was answered last: the same one again gets the same answer again.
  msg integer not null,
  body_sha256 bytea not null,
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
) with (fillfactor = 50);
call make_tenant_table('windows_sessions', 'select, insert, update');

-- Wide columns are emptied when a command is finished; windows_commands_open holds pending work only. A sealed payload
-- carries a secret and is opened at delivery.
create table windows_commands (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  command_id uuid not null,
  seq bigint generated always as identity,
  purpose text not null constraint windows_commands_purpose check (purpose in ('action', 'raw', 'observation', 'upkeep')),
  action_id uuid,
  -- The command without its values, for its interpreter.
  request jsonb not null,
  note jsonb not null default '{}',
  payload bytea,
  sealed boolean not null default false,
  -- Largest number of bytes it takes in a message.
  size integer not null,
  user_scope boolean not null default false,
  -- Must not be done twice: after a lost answer it is not sent again.
  once boolean not null default false,
  -- An Add whose node exists already.
  as_replace boolean not null default false,
  priority smallint not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  woken_at timestamptz,
  -- Where it was sent last: CmdID <sent_token, sent_index> of message sent_msg; sent_msg 0: the device did not do it.
  sent_at timestamptz,
  sent_token text,
  sent_msg integer,
  sent_index smallint,
  attempts smallint not null default 0,
  -- Answered in part: results follow in later messages of the package.
  answering boolean not null default false,
  -- Taken back after it was sent: not to be sent again.
  withdrawn boolean not null default false,
  finished_at timestamptz,
  ended text constraint windows_commands_ended
    check (ended in ('answered', 'quarantined', 'unknown', 'expired', 'cancelled', 'superseded')),
  primary key (contractor_id, enrollment_id, command_id),
  constraint windows_commands_finished check ((finished_at is null) = (ended is null)),
  constraint windows_commands_action check ((purpose in ('action', 'raw')) = (action_id is not null)),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
) with (fillfactor = 50);
create index windows_commands_open on windows_commands (contractor_id, enrollment_id, priority desc, seq) where finished_at is null;
create index windows_commands_due on windows_commands (expires_at) where finished_at is null;
create index windows_commands_action on windows_commands (contractor_id, action_id) where action_id is not null;
call make_tenant_table('windows_commands', 'select, update');

-- What devices said, durable before they are answered; interpreted afterwards in the order of seq, and then deleted.
-- Without a command: what the device said by itself. ready: the command is finished, all its pieces are here.
create table windows_answers (
  contractor_id uuid not null,
  seq bigint generated always as identity,
  enrollment_id uuid not null,
  command_id uuid,
  body text not null,
  ready boolean not null,
  received_at timestamptz not null,
  attempts integer not null default 0,
  retry_at timestamptz,
  problem text,
  primary key (contractor_id, seq)
);
create index windows_answers_command on windows_answers (contractor_id, enrollment_id, command_id);
call make_tenant_table('windows_answers', 'select, insert, update, delete');
grant usage on all sequences in schema public to tsukasa_app, tsukasa_jobs, tsukasa_device;
