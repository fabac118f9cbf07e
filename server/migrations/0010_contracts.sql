-- Contracts: the provider's book (catalogue, revisions of the terms), customers, and each contract as an append-only,
-- hash-chained history of facts from which everything else here is derived.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is only ever added to', tg_table_name using errcode = 'restrict_violation';
end $$;

-- Rises with every change of the catalogue and with every publication: what is derived from the book is kept by it.
create table terms_book (
  only_row boolean primary key default true constraint terms_book_only_row check (only_row),
  version bigint not null
);
grant select, insert, update on terms_book to tsukasa_app, tsukasa_jobs;

create table catalogue_versions (
  version integer primary key,
  content jsonb not null,
  changed_at timestamptz not null,
  changed_by text not null
);
create trigger catalogue_versions_kept before update or delete on catalogue_versions for each row execute function refuse_change();
grant select, insert on catalogue_versions to tsukasa_app, tsukasa_jobs;

create table terms_revisions (
  effective_on date primary key,
  state text not null constraint terms_revisions_state check (state in ('draft', 'published')),
  content jsonb not null,
  changed_at timestamptz,
  changed_by text
);
create trigger terms_revisions_kept before update or delete on terms_revisions for each row
  when (old.state = 'published') execute function refuse_change();
grant select, insert, update, delete on terms_revisions to tsukasa_app, tsukasa_jobs;

create table customer_profiles (
  contractor_id uuid primary key references contractors,
  legal_name text not null constraint customer_profiles_name_length check (char_length(legal_name) between 1 and 200),
  kana text not null constraint customer_profiles_kana_length check (char_length(kana) <= 200),
  corporate_number text not null constraint customer_profiles_number check (corporate_number ~ '^([1-9][0-9]{12})?$'),
  address jsonb not null,
  contacts jsonb not null,
  billing jsonb not null,
  note text not null constraint customer_profiles_note_length check (char_length(note) <= 4000),
  search_key text not null,
  updated_at timestamptz not null
);
call make_tenant_table('customer_profiles', '', 'select, insert, update');

-- Where each contractor's chain ends. `version` rises with every fact; `service_days` are the days on which a contract lets
-- devices be managed, for the device channel's statements.
create table contract_heads (
  contractor_id uuid primary key references contractors,
  chain_seq bigint not null,
  hash bytea not null,
  version bigint not null,
  service_days datemultirange not null default '{}'
);
call make_tenant_table('contract_heads', 'select', 'select, insert, update');

create sequence contract_numbers;
grant usage on sequence contract_numbers to tsukasa_app, tsukasa_jobs;

-- The columns from `item` on are derived from the facts up to `as_of_seq` for `as_of_day`, for lists only.
create table contracts (
  contractor_id uuid not null references contractors,
  contract_id uuid not null,
  contract_number text not null,
  created_at timestamptz not null,
  item text not null,
  kind text,
  phase text not null constraint contracts_phase check (phase in
    ('applied', 'quoted', 'accepted', 'in_force', 'ending', 'ended', 'lapsed', 'refused', 'withdrawn')),
  start_on date,
  ends_on date,
  options jsonb not null,
  as_of_seq integer not null,
  as_of_day date not null,
  primary key (contractor_id, contract_id),
  constraint contracts_number unique (contractor_id, contract_number)
);
call make_tenant_table('contracts', '', 'select, insert, update');

create table contract_documents (
  contractor_id uuid not null references contractors,
  document_id uuid not null,
  name text not null constraint contract_documents_name_length check (char_length(name) between 1 and 200),
  media_type text not null constraint contract_documents_type check (media_type in ('application/pdf', 'image/png', 'image/jpeg')),
  sha256 bytea not null,
  content bytea not null constraint contract_documents_size check (octet_length(content) between 1 and 8388608),
  recorded_at timestamptz not null,
  recorded_by text not null,
  primary key (contractor_id, document_id)
);
create trigger contract_documents_kept before update or delete on contract_documents for each row execute function refuse_change();
call make_tenant_table('contract_documents', '', 'select, insert');

create table contract_facts (
  contractor_id uuid not null,
  chain_seq bigint not null,
  contract_id uuid not null,
  seq integer not null,
  type text not null,
  on_day date not null,
  body jsonb not null,
  document_id uuid,
  note text not null,
  actor_kind text not null constraint contract_facts_actor check (actor_kind in ('user', 'token', 'system', 'device')),
  actor_id text not null,
  actor_name text not null,
  recorded_at timestamptz not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (contractor_id, chain_seq),
  constraint contract_facts_seq unique (contractor_id, contract_id, seq),
  foreign key (contractor_id, contract_id) references contracts,
  foreign key (contractor_id, document_id) references contract_documents
);
create trigger contract_facts_kept before update or delete on contract_facts for each row execute function refuse_change();
call make_tenant_table('contract_facts', '', 'select, insert');

-- The inbox; `state` and what follows it are derived from the facts.
create table contract_applications (
  contractor_id uuid not null,
  application_id uuid not null,
  contract_id uuid not null,
  content jsonb not null,
  channel text not null constraint contract_applications_channel check (channel in ('console', 'provider')),
  arrived_on date not null,
  document_id uuid,
  note text not null,
  recorded_at timestamptz not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  state text not null constraint contract_applications_state check (state in ('applied', 'quoted', 'accepted', 'refused', 'withdrawn')),
  primary key (contractor_id, application_id),
  foreign key (contractor_id, contract_id) references contracts,
  foreign key (contractor_id, document_id) references contract_documents
);
create index contract_applications_recent on contract_applications (recorded_at desc, application_id desc);
call make_tenant_table('contract_applications', '', 'select, insert, update');

create table contract_checklist (
  contractor_id uuid not null,
  contract_id uuid not null,
  item text not null,
  done_at timestamptz not null,
  done_by text not null,
  primary key (contractor_id, contract_id, item),
  foreign key (contractor_id, contract_id) references contracts
);
call make_tenant_table('contract_checklist');

-- Who has been told of which coming end, so that the daily look tells it once.
create table contract_warnings (
  contractor_id uuid not null,
  contract_id uuid not null,
  subject text not null,
  ends_on date not null,
  days integer not null,
  told_at timestamptz not null,
  primary key (contractor_id, contract_id, subject, ends_on, days),
  foreign key (contractor_id, contract_id) references contracts
);
call make_tenant_table('contract_warnings', '', 'select, insert');

-- The provider's pages list these over all contractors; they are changed bound to one contractor only.
create policy provider on customer_profiles for select to tsukasa_app using (in_provider_scope());
create policy provider on contracts for select to tsukasa_app using (in_provider_scope());
create policy provider on contract_facts for select to tsukasa_app using (in_provider_scope());
create policy provider on contract_applications for select to tsukasa_app using (in_provider_scope());
create policy provider on contract_heads for select to tsukasa_app using (in_provider_scope());
