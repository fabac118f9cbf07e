-- Tenancy, the provider's own tables, sealed keys, idempotency.
-- Group roles tsukasa_app, tsukasa_device and tsukasa_jobs exist before the first migration runs (base/migrate.ts).

create collation if not exists ja (provider = icu, locale = 'ja-u-kn-true');

grant usage on schema public to tsukasa_app, tsukasa_device, tsukasa_jobs;

-- The contractor that the running transaction is bound to; null when it is bound to none.
create function current_contractor() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('tsukasa.contractor_id', true), '')::uuid $$;

-- True in a transaction opened for the provider's own work (the list of contractors, staff).
create function in_provider_scope() returns boolean language sql stable parallel safe
  as $$ select coalesce(current_setting('tsukasa.scope', true), '') = 'provider' $$;

-- Makes a table a tenant table: row-level security that binds also its owner, one policy per server role.
-- `device` lets the device channel gather rows of many contractors in one statement.
create procedure make_tenant_table(target regclass, device text default '', writes text default 'select, insert, update, delete')
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy app on %s to tsukasa_app using (contractor_id = (select current_contractor())) with check (contractor_id = (select current_contractor()))', target);
  execute format('create policy jobs on %s to tsukasa_jobs using ((select current_contractor()) is null or contractor_id = (select current_contractor())) with check ((select current_contractor()) is null or contractor_id = (select current_contractor()))', target);
  execute format('grant %s on %s to tsukasa_app, tsukasa_jobs', writes, target);
  if device <> '' then
    execute format('create policy device on %s to tsukasa_device using (true) with check (true)', target);
    execute format('grant %s on %s to tsukasa_device', device, target);
  end if;
end $$;

-- Contractors: listed in the provider's scope, otherwise each sees its own row.
create table contractors (
  contractor_id uuid primary key,
  name text not null constraint contractors_name_length check (char_length(name) between 1 and 200),
  name_kana text not null default '' constraint contractors_kana_length check (char_length(name_kana) <= 200),
  state text not null default 'active' constraint contractors_state check (state in ('active', 'suspended')),
  settings jsonb not null default '{}',
  search_key text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null
);
alter table contractors enable row level security;
alter table contractors force row level security;
create policy app on contractors to tsukasa_app
  using (in_provider_scope() or contractor_id = (select current_contractor()))
  with check (in_provider_scope() or contractor_id = (select current_contractor()));
create policy jobs on contractors to tsukasa_jobs using (true) with check (true);
grant select, insert, update on contractors to tsukasa_app;
grant select on contractors to tsukasa_jobs;

-- A data key per contractor, wrapped by the master key: destroying the row makes its secrets unreadable.
create table contractor_keys (
  contractor_id uuid not null references contractors,
  key_id integer not null,
  wrapped_key bytea not null,
  created_at timestamptz not null,
  primary key (contractor_id, key_id)
);
call make_tenant_table('contractor_keys', '', 'select, insert');

-- Installation-wide values that the server writes (instance id, first-administrator link used, ...).
create table settings (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null
);
grant select, insert, update on settings to tsukasa_app, tsukasa_jobs;

-- Answers to writes that carried an Idempotency-Key, replayed for 24 hours.
create table idempotency_keys (
  principal text not null,
  key text not null constraint idempotency_keys_length check (char_length(key) between 1 and 200),
  request_hash bytea not null,
  status integer,
  body jsonb,
  created_at timestamptz not null,
  primary key (principal, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
grant select, insert, update, delete on idempotency_keys to tsukasa_app, tsukasa_jobs;
