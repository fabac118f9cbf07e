-- Who may do what (accounts) and the hash-chained trail (audit). The identities themselves are in 0002 (schema auth).

create table provider_staff (
  user_id text primary key references auth."user" (id),
  role text not null constraint provider_staff_role check (role in ('provider_administrator')),
  created_at timestamptz not null,
  disabled_at timestamptz
);
grant select, insert, update, delete on provider_staff to tsukasa_app;
grant select on provider_staff to tsukasa_jobs;

create table contractor_members (
  contractor_id uuid not null references contractors,
  user_id text not null references auth."user" (id),
  role text not null constraint contractor_members_role check (role in ('contractor_administrator', 'helpdesk', 'auditor')),
  created_at timestamptz not null,
  disabled_at timestamptz,
  primary key (contractor_id, user_id)
);
call make_tenant_table('contractor_members');

-- At sign-in the contractors of one person are not yet known. A transaction bound to that person sees its memberships and
-- the contractors they are in, and may change nothing of them. (A function with its owner's rights would see nothing where
-- the owner is no superuser: row-level security is forced on the owner too.)
create function current_person() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('tsukasa.person_id', true), '') $$;
create policy person on contractor_members for select to tsukasa_app using (user_id = (select current_person()));
create policy person on contractors for select to tsukasa_app
  using (contractor_id in (select m.contractor_id from contractor_members m where m.user_id = (select current_person())));
create index contractor_members_person on contractor_members (user_id);

-- Programs' tokens. The token of a contractor names its contractor in clear (tsc_<contractor id>_<secret>), so that the
-- look-up is bound to it; the provider's begin with tsp_. Only the SHA-256 of the secret is kept.
create table api_tokens (
  contractor_id uuid not null references contractors,
  token_id uuid not null,
  name text not null constraint api_tokens_name_length check (char_length(name) between 1 and 100),
  role text not null constraint api_tokens_role check (role in ('contractor_administrator', 'helpdesk', 'auditor')),
  secret_hash bytea not null,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (contractor_id, token_id)
);
create unique index api_tokens_secret on api_tokens (contractor_id, secret_hash);
call make_tenant_table('api_tokens');

create table provider_api_tokens (
  token_id uuid primary key,
  name text not null constraint provider_api_tokens_name_length check (char_length(name) between 1 and 100),
  role text not null constraint provider_api_tokens_role check (role in ('provider_administrator')),
  secret_hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
grant select, insert, update on provider_api_tokens to tsukasa_app;

-- One-time links: the first administrator, a new member's account, a reset. Only the SHA-256 of the code is kept.
create table account_links (
  code_hash bytea primary key,
  purpose text not null constraint account_links_purpose check (purpose in ('first_administrator', 'join', 'reset')),
  email text,
  contractor_id uuid,
  role text,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
grant select, insert, update, delete on account_links to tsukasa_app;

-- contractor_id 00000000-0000-0000-0000-000000000000 is the provider's own chain.
create table audit_entries (
  contractor_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  actor_kind text not null constraint audit_entries_actor check (actor_kind in ('user', 'token', 'system', 'device')),
  actor_id text not null,
  actor_name text not null,
  action text not null,
  target_kind text not null,
  target_id text not null,
  target_name text not null,
  reason text,
  details jsonb not null,
  request_id text,
  source_ip text,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (contractor_id, seq)
);
create index audit_entries_target on audit_entries (contractor_id, target_kind, target_id, seq);
call make_tenant_table('audit_entries', '', 'select, insert');

create table audit_heads (
  contractor_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);
call make_tenant_table('audit_heads', '', 'select, insert, update');
