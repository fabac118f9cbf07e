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
  -- Of the public key: the same request again gets the same certificate.
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
create unique index windows_identities_key on windows_identities (contractor_id, spki_sha256, enrollment_id);
create index windows_identities_enrollment on windows_identities (contractor_id, enrollment_id);
create index windows_identities_serial on windows_identities (contractor_id, serial);
create index windows_identities_expiry on windows_identities (not_after) where superseded_at is null and revoked_at is null;
call make_tenant_table('windows_identities', 'select, update');

-- Sign-in tokens that were used: each serves one key of one client. The token itself is signed and kept nowhere.
create table windows_signin_tokens (
  contractor_id uuid not null,
  token_id uuid not null,
  invitation_id uuid not null,
  used_by_sha256 bytea not null,
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
  -- How often a question kept it open for what answers lead to, and whether the last message got that question.
  lingers smallint not null default 0,
  lingering boolean not null default false,
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
  verb text not null,
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
create index windows_commands_once on windows_commands (contractor_id, enrollment_id) where finished_at is null and once;
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
-- What keeps an enrollment going: waking it, observing it, the schedule by which it comes.
create table windows_upkeep (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  wake_at timestamptz,
  attempts integer not null default 0,
  last_sent_at timestamptz,
  last_accepted_at timestamptz,
  last_status integer,
  last_reason text,
  -- Where WNS takes wake-ups for it, when the device said so, and since when WNS says that it is gone.
  channel_uri text,
  channel_at timestamptz,
  channel_dead_at timestamptz,
  -- When the device was last asked about its channel.
  channel_asked_at timestamptz,
  observe_at timestamptz,
  -- Of the questions that run; an answer of an older round only completes what is there.
  round uuid,
  observed_at timestamptz,
  -- What the device was told of its polling after enrollment, since when, and what it is being told.
  poll jsonb,
  poll_since timestamptz,
  poll_asked jsonb,
  wiped_at timestamptz,
  primary key (contractor_id, enrollment_id),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
) with (fillfactor = 70);
create index windows_upkeep_due on windows_upkeep (wake_at) where wake_at is not null;
create index windows_upkeep_observe on windows_upkeep (observe_at) where observe_at is not null;
call make_tenant_table('windows_upkeep');

-- What a device said of itself in Windows' own terms, by section: facts for the device page, or the items of a list.
create table windows_readings (
  contractor_id uuid not null,
  device_id uuid not null,
  section text not null,
  reported_at timestamptz not null,
  body jsonb not null,
  primary key (contractor_id, device_id, section),
  foreign key (contractor_id, device_id) references devices
);
call make_tenant_table('windows_readings');

-- Lists that come in several answers, until the last of them is here.
create table windows_gatherings (
  contractor_id uuid not null,
  enrollment_id uuid not null,
  section text not null,
  round uuid not null,
  part integer not null,
  items jsonb not null,
  primary key (contractor_id, enrollment_id, section, part),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
);
call make_tenant_table('windows_gatherings');

-- BitLocker recovery passwords in custody, each sealed for its row. A reader is named here and in the trail.
create table windows_recovery_keys (
  contractor_id uuid not null,
  recovery_key_id uuid not null,
  device_id uuid not null,
  volume text not null constraint windows_recovery_keys_volume check (volume ~ '^[A-Z]:$'),
  protector_id text not null,
  sealed_password bytea not null,
  escrowed_at timestamptz not null,
  superseded_at timestamptz,
  last_read_at timestamptz,
  last_read_by text,
  primary key (contractor_id, recovery_key_id),
  constraint windows_recovery_keys_protector unique (contractor_id, device_id, protector_id),
  foreign key (contractor_id, device_id) references devices
);
call make_tenant_table('windows_recovery_keys', '', 'select, insert, update');

-- The last upload of each device: an older one, or the same again, is a replay.
create table windows_escrows (
  contractor_id uuid not null,
  device_id uuid not null,
  made_at timestamptz not null,
  received_at timestamptz not null,
  primary key (contractor_id, device_id),
  foreign key (contractor_id, device_id) references devices
);
call make_tenant_table('windows_escrows');

-- Rotations of recovery passwords that administrators asked for, which the device hears of at its next upload.
create table windows_rotations (
  contractor_id uuid not null,
  action_id uuid not null,
  enrollment_id uuid not null,
  device_id uuid not null,
  protectors text[] not null,
  asked_at timestamptz not null,
  told_at timestamptz,
  withdrawn boolean not null default false,
  finished_at timestamptz,
  primary key (contractor_id, action_id),
  foreign key (contractor_id, enrollment_id) references windows_enrollments
);
create index windows_rotations_open on windows_rotations (contractor_id, device_id) where finished_at is null;
call make_tenant_table('windows_rotations');
grant usage on all sequences in schema public to tsukasa_app, tsukasa_jobs, tsukasa_device;

-- One message of one device: who speaks, whether its session goes on, what it answered, and what it gets next. A function,
-- called for each message of a batch by one statement: plans of updates joined to a batch go bad when tables grow.
--
-- certificate: SHA-256 of the one it came with, or null; signed: known by a signature only, which could be a replay.
-- given_nonce: a digest made with it was right; next_nonce and new_token are random, for when they are needed.
-- echo: the token in the CmdIDs to which the message refers. reply: bytes of the reply without commands.
-- answers: [{t, m, k, v, act, piece}] of the command v with CmdID <t, k> in message m. report: what the device said by itself, or null.
create function windows_turn(
  contractor uuid, certificate bytea, signed boolean, dev text, given_nonce bytea, next_nonce bytea,
  session text, message integer, body bytea, opening boolean, echo text, new_token text,
  said_login text, said_tree text, said_max integer, reply integer, last boolean, weight integer,
  leaving boolean, answers json, report json, patience integer, at timestamptz
) returns table (
  verdict text, enrollment uuid, device uuid, token text, nonce bytea, fresh boolean, opened boolean, linger boolean,
  stray integer, place integer, command uuid, sealed boolean, as_replace boolean, payload bytea
) language plpgsql as $$
#variable_conflict use_column
declare
  i windows_identities;
  e windows_enrollments;
  s windows_sessions;
  c windows_commands;
  known boolean;
  unread boolean;
  room integer;
begin
  linger := false;
  if certificate is not null then
    select * into i from windows_identities w where w.contractor_id = contractor and w.certificate_sha256 = certificate;
    if not found then verdict := 'unknown'; return next; return; end if;
    select * into e from windows_enrollments w where w.contractor_id = contractor and w.enrollment_id = i.enrollment_id;
  else
    select * into e from windows_enrollments w
      where w.contractor_id = contractor and w.dev_id = dev and w.state <> 'gone';
    if not found then verdict := 'no_proof'; return next; return; end if;
  end if;
  enrollment := e.enrollment_id;
  device := e.device_id;
  nonce := e.md5_nonce;
  verdict := case
    when i.revoked_at is not null then 'revoked'
    when i.superseded_at < at - interval '1 day' then 'superseded'
    when e.dev_id <> dev then 'other_device'
  end;
  if verdict is not null then return next; return; end if;

  select * into s from windows_sessions w
    where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id for update;
  if not found then
    -- The first session of all: two messages at once would both begin one.
    perform from windows_enrollments w
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id for update;
    select * into s from windows_sessions w
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id for update;
  end if;
  known := found and s.session_id = session;

  -- The same message again, because its answer was lost: the same answer again, and nothing happens twice.
  if known and s.msg = message and s.body_sha256 = body and (certificate is not null or s.auth = 'digest') then
    verdict := 'repeat';
    token := s.token;
    fresh := s.fresh;
    linger := s.lingering;
    opened := false;
    stray := 0;
    for c in select * from windows_commands w
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.finished_at is null
        and w.sent_token = s.token and w.sent_msg = message order by w.sent_index
    loop
      place := c.sent_index;
      command := c.command_id;
      sealed := c.sealed;
      as_replace := c.as_replace;
      payload := c.payload;
      return next;
    end loop;
    if place is null then return next; end if;
    return;
  end if;
  if e.state = 'gone' then verdict := 'gone'; return next; return; end if;

  known := known and not opening and not s.closed and message = s.msg + 1 and at < s.last_at + interval '2 hours';
  if certificate is null and given_nonce is null and not (known and s.auth = 'digest' and s.token is not distinct from echo) then
    verdict := 'no_proof'; return next; return;
  end if;
  if given_nonce is not null and certificate is null then
    -- A nonce is good for one digest.
    update windows_enrollments w set md5_nonce = next_nonce
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.md5_nonce = given_nonce;
    if not found then
      select w.md5_nonce into nonce from windows_enrollments w
        where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id;
      verdict := 'no_proof'; return next; return;
    end if;
    nonce := next_nonce;
  end if;
  if known and signed and s.token is distinct from echo then known := false; end if;

  opened := not known;
  if known then
    fresh := s.fresh or s.token is not distinct from echo;
  elsif opening then
    fresh := not signed;
    s.token := new_token;
    s.login := 'none';
    s.tree := 'mixed';
    s.max_msg_size := 65536;
    s.held := 0;
    s.lingers := 0;
  else
    verdict := 'out_of_order'; return next; return;
  end if;
  token := s.token;
  s.login := coalesce(said_login, s.login);
  s.tree := coalesce(said_tree, s.tree);
  s.max_msg_size := coalesce(said_max, s.max_msg_size);
  s.held := s.held + weight;

  if certificate is not null and i.first_used_at is null then
    update windows_identities w set first_used_at = at
      where w.contractor_id = contractor and w.certificate_sha256 = certificate;
    update windows_identities w set superseded_at = at
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.certificate_sha256 <> certificate
        and w.superseded_at is null and w.first_used_at is not null;
  end if;
  if e.state = 'pending' and not leaving then
    update windows_enrollments w set state = 'enrolled', enrolled_at = at
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.state = 'pending';
  end if;

  verdict := case when s.held > 8 * 1024 * 1024 then 'flooded' else 'go' end;
  if verdict = 'flooded' then
    delete from windows_answers w where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and not w.ready;
    s.closed := true;
  else
    s.closed := false;
    if report is not null then
      insert into windows_answers (contractor_id, enrollment_id, body, ready, received_at)
        values (contractor, e.enrollment_id, report::text, true, at);
    end if;
    stray := case when answers is null then 0 else windows_answer(contractor, e.enrollment_id, s.token, last, answers, at) end;
    if last then s.held := 0; end if;
  end if;
  if leaving then
    update windows_enrollments w set state = 'gone', gone_at = at, gone_reason = 'unenrolled'
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id;
  end if;

  if verdict = 'go' and last and fresh and not leaving and exists (
    select from contract_heads h where h.contractor_id = contractor and h.service_days @> timezone('Asia/Tokyo', at)::date
  ) then
    room := least(s.max_msg_size, 524288) - reply;
    place := 0;
    -- Before the commands are looked at: what is read in between has left its commands here.
    unread := known and s.lingers < patience and room > 1024 and exists (
      select from windows_answers a join windows_commands w
        on w.contractor_id = a.contractor_id and w.enrollment_id = a.enrollment_id and w.command_id = a.command_id
      where a.contractor_id = contractor and a.enrollment_id = e.enrollment_id and a.ready and a.problem is null
        and a.retry_at is null and w.sent_token = s.token and w.note ? 'step');
    for c in select * from windows_commands w
      where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.finished_at is null
        and w.expires_at > at and not w.withdrawn
        and (w.sent_token is null or (w.sent_token <> s.token and (not w.once or w.sent_msg = 0)))
        and case when w.user_scope then s.login = 'user' and s.tree <> 'device' else s.tree <> 'user' end
      order by w.attempts >= 3, w.priority desc, w.seq limit 200
    loop
      -- One that no message of this device can hold must not hold up the others; it is given up elsewhere.
      continue when c.size > least(s.max_msg_size, 524288) - 2048;
      exit when c.size > room;
      room := room - c.size;
      place := place + 1;
      if c.attempts > 0 then
        delete from windows_answers w where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id
          and w.command_id = c.command_id and not w.ready;
      end if;
      update windows_commands w set sent_at = at, sent_token = s.token, sent_msg = message, sent_index = place,
          attempts = least(c.attempts + 1, 1000), answering = false
        where w.contractor_id = contractor and w.enrollment_id = e.enrollment_id and w.command_id = c.command_id;
      command := c.command_id;
      sealed := c.sealed;
      as_replace := c.as_replace;
      payload := c.payload;
      return next;
    end loop;
    -- Answers of this session may lead to more questions: a harmless one keeps it open until they are read.
    linger := place = 0 and unread;
    -- A question that proves freshness goes out in the room's stead; only silence ends a session.
    s.closed := place = 0 and not linger;
  end if;
  if command is null then place := null; return next; end if;

  insert into windows_sessions (contractor_id, enrollment_id, session_id, token, auth, fresh, login, tree, max_msg_size,
      held, closed, lingers, lingering, opened_at, last_at, msg, body_sha256)
    values (contractor, e.enrollment_id, session, s.token,
      case when certificate is null then 'digest' when signed then 'signature' else 'certificate' end,
      fresh, s.login, s.tree, s.max_msg_size, s.held, s.closed or leaving,
      coalesce(s.lingers, 0) + linger::integer, linger, at, at, message, body)
    on conflict (contractor_id, enrollment_id) do update set session_id = excluded.session_id, token = excluded.token,
      auth = excluded.auth, fresh = excluded.fresh, login = excluded.login, tree = excluded.tree,
      max_msg_size = excluded.max_msg_size, held = excluded.held, closed = excluded.closed, lingers = excluded.lingers,
      lingering = excluded.lingering, last_at = excluded.last_at,
      opened_at = case when windows_sessions.token = excluded.token then windows_sessions.opened_at else excluded.opened_at end,
      msg = excluded.msg, body_sha256 = excluded.body_sha256;
end $$;

-- What a device answered to commands of its session; how many answers were to none that is open.
create function windows_answer(
  contractor uuid, enrollment uuid, token text, last boolean, answers json, at timestamptz
) returns integer language plpgsql as $$
#variable_conflict use_column
declare
  a record;
  c windows_commands;
  act text;
  stray integer := 0;
begin
  for a in select * from json_to_recordset(answers) as x(t text, m integer, k integer, v text, act text, piece json)
  loop
    select * into c from windows_commands w
      where w.contractor_id = contractor and w.enrollment_id = enrollment and w.finished_at is null
        and w.sent_token = token and a.t = token and w.sent_msg = a.m and w.sent_index = a.k
        and (a.v is null or a.v = case when w.as_replace then 'Replace' else w.verb end);
    if not found then
      stray := stray + 1;
      continue;
    end if;
    act := case
      when a.act = 'replace' and c.as_replace then 'finish'
      when a.act = 'user_later' then case when c.user_scope and c.attempts < 3 then 'later' else 'finish' end
      else a.act
    end;
    if act in ('finish', 'quarantine', 'piece', 'part') then
      insert into windows_answers (contractor_id, enrollment_id, command_id, body, ready, received_at)
        values (contractor, enrollment, c.command_id, a.piece::text, act in ('finish', 'quarantine'), at);
    end if;
    update windows_commands w set
        finished_at = case when act in ('finish', 'quarantine') then at end,
        ended = case act when 'finish' then 'answered' when 'quarantine' then 'quarantined' end,
        payload = case when act in ('finish', 'quarantine') then null else w.payload end,
        answering = w.answering or act = 'piece',
        as_replace = w.as_replace or act = 'replace',
        -- The node exists: again in this session, as Replace. Not done: again in the next one.
        sent_token = case when act = 'replace' then null else w.sent_token end,
        sent_msg = case when act in ('replace', 'later') then 0 else w.sent_msg end
      where w.contractor_id = contractor and w.enrollment_id = enrollment and w.command_id = c.command_id;
    if act in ('finish', 'quarantine') then
      update windows_answers w set ready = true
        where w.contractor_id = contractor and w.enrollment_id = enrollment and w.command_id = c.command_id and not w.ready;
    end if;
  end loop;
  if last then
    -- The package is whole: what was answered in parts is answered.
    for c in update windows_commands w set finished_at = at, ended = 'answered', payload = null
      where w.contractor_id = contractor and w.enrollment_id = enrollment and w.finished_at is null and w.answering
        and w.sent_token = token returning w.*
    loop
      update windows_answers w set ready = true
        where w.contractor_id = contractor and w.enrollment_id = enrollment and w.command_id = c.command_id and not w.ready;
    end loop;
  end if;
  return stray;
end $$;
