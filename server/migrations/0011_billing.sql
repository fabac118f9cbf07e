-- Billing: what the histories of contracts owe, month by month. Documents are only ever added; what is billed is told from
-- what is owed by the rows of `billed_charges` that no credit note has taken back.

create procedure make_append_only(target regclass) language plpgsql as $$
begin
  execute format('create trigger kept before update or delete on %s for each row execute function refuse_change()', target);
  execute format('create trigger kept_whole before truncate on %s for each statement execute function refuse_change()', target);
end $$;

create table billing_settings (
  version integer primary key,
  content jsonb not null,
  changed_at timestamptz not null,
  changed_by jsonb not null
);
call make_append_only('billing_settings');
grant select, insert on billing_settings to tsukasa_app, tsukasa_jobs;

-- Months by their first day. `draft` may be drafted again; from `issuing` on the numbers are given and nothing changes.
create table billing_closings (
  month date primary key constraint billing_closings_month check (extract(day from month) = 1),
  state text not null constraint billing_closings_state check (state in ('open', 'draft', 'issuing', 'approved')),
  settings_version integer,
  drafted_at timestamptz,
  drafted_by jsonb,
  approved_at timestamptz,
  approved_by jsonb,
  issued_on date,
  fingerprint text,
  contractors integer not null default 0,
  net bigint not null default 0,
  tax bigint not null default 0,
  total bigint not null default 0,
  previous_net bigint not null default 0,
  problems integer not null default 0
);
create function keep_approved_closing() returns trigger language plpgsql as $$
begin
  if old.state = 'approved' or tg_op = 'DELETE' or (old.state = 'issuing' and new.state <> 'approved') then
    raise exception 'an approved closing stays' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger kept before update or delete on billing_closings for each row execute function keep_approved_closing();
grant select, insert, update on billing_closings to tsukasa_app, tsukasa_jobs;

-- Numbers without gaps for each kind of document and year; the row is locked by the transaction that takes some.
create table billing_numbers (
  kind text not null constraint billing_numbers_kind check (kind in ('invoice', 'credit_note')),
  year integer not null,
  last integer not null,
  primary key (kind, year)
);
grant select, insert, update on billing_numbers to tsukasa_app, tsukasa_jobs;

-- What a closing issues for one contractor. `numbers` are given at the approval: the invoice's (if there are lines) first,
-- then those of the credit notes.
create table closing_rows (
  contractor_id uuid not null references contractors,
  month date not null references billing_closings,
  content jsonb not null,
  contractor_name text not null,
  search_key text not null,
  net bigint not null,
  tax bigint not null,
  total bigint not null,
  previous_net bigint not null,
  documents integer not null,
  problems integer not null,
  fingerprint bytea not null,
  numbers text[],
  issued_at timestamptz,
  primary key (contractor_id, month)
);
create index closing_rows_month on closing_rows (month, contractor_id);
create index closing_rows_unissued on closing_rows (month, contractor_id) where issued_at is null and numbers is not null;
create function keep_issued_row() returns trigger language plpgsql as $$
begin
  if old.issued_at is not null or (old.numbers is not null and
      (tg_op = 'DELETE' or new.content is distinct from old.content or new.numbers is distinct from old.numbers)) then
    raise exception 'an approved row of a closing stays' using errcode = 'restrict_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger kept before update or delete on closing_rows for each row execute function keep_issued_row();
call make_tenant_table('closing_rows');

-- The end of each contractor's chain of documents, locked by whoever issues or records a payment.
create table invoice_heads (
  contractor_id uuid primary key references contractors,
  chain_seq bigint not null,
  hash bytea not null
);
call make_tenant_table('invoice_heads', '', 'select, insert, update');

create table invoices (
  contractor_id uuid not null references contractors,
  invoice_id uuid not null,
  chain_seq bigint not null,
  kind text not null constraint invoices_kind check (kind in ('invoice', 'credit_note')),
  number text not null,
  month date not null,
  issued_on date not null,
  credits uuid,
  content jsonb not null,
  recorded_at timestamptz not null,
  previous_hash bytea not null,
  hash bytea not null,
  primary key (contractor_id, invoice_id),
  constraint invoices_chain unique (contractor_id, chain_seq),
  constraint invoices_number unique (contractor_id, number),
  constraint invoices_credits check ((kind = 'credit_note') = (credits is not null)),
  foreign key (contractor_id, credits) references invoices
);
call make_append_only('invoices');
call make_tenant_table('invoices', '', 'select, insert');

-- Once for each time a charge is billed: `times` is how often it was credited before. The key is what makes it impossible
-- to bill a charge twice, whoever does it and however often.
create table billed_charges (
  contractor_id uuid not null references contractors,
  charge text not null,
  times integer not null,
  invoice_id uuid not null,
  place integer not null,
  closed_month date not null,
  quantity bigint not null,
  unit_amount bigint not null,
  tax_rate text not null,
  tax_category text not null,
  primary key (contractor_id, charge, times),
  foreign key (contractor_id, invoice_id) references invoices
);
call make_append_only('billed_charges');
call make_tenant_table('billed_charges', '', 'select, insert');

create table credited_charges (
  contractor_id uuid not null references contractors,
  charge text not null,
  times integer not null,
  credit_note_id uuid not null,
  closed_month date not null,
  primary key (contractor_id, charge, times),
  foreign key (contractor_id, charge, times) references billed_charges,
  foreign key (contractor_id, credit_note_id) references invoices (contractor_id, invoice_id)
);
call make_append_only('credited_charges');
call make_tenant_table('credited_charges', '', 'select, insert');

-- A payment taken back is a second row with the negative amount.
create table payments (
  contractor_id uuid not null references contractors,
  payment_id uuid not null,
  invoice_id uuid not null,
  on_day date not null,
  amount bigint not null constraint payments_amount check (amount <> 0),
  note text not null,
  reverses uuid,
  recorded_at timestamptz not null,
  recorded_by jsonb not null,
  primary key (contractor_id, payment_id),
  constraint payments_reversed_once unique (contractor_id, reverses),
  constraint payments_sign check ((amount < 0) = (reverses is not null)),
  foreign key (contractor_id, invoice_id) references invoices,
  foreign key (contractor_id, reverses) references payments (contractor_id, payment_id)
);
create index payments_invoice on payments (contractor_id, invoice_id);
call make_append_only('payments');
call make_tenant_table('payments', '', 'select, insert');

-- For lists: derived from invoices, credit notes and payments in the transactions that add them.
create table invoice_balances (
  contractor_id uuid not null,
  invoice_id uuid not null,
  kind text not null,
  number text not null,
  month date not null,
  issued_on date not null,
  due_on date,
  contractor_name text not null,
  search_key text not null,
  net bigint not null,
  tax bigint not null,
  total bigint not null,
  paid bigint not null default 0,
  credited bigint not null default 0,
  primary key (contractor_id, invoice_id),
  foreign key (contractor_id, invoice_id) references invoices
);
create index invoice_balances_recent on invoice_balances (issued_on desc, number desc);
create index invoice_balances_due on invoice_balances (due_on) where kind = 'invoice' and total - paid - credited > 0;
call make_tenant_table('invoice_balances', '', 'select, insert, update');

create table adjustments (
  contractor_id uuid not null references contractors,
  adjustment_id uuid not null,
  month date not null,
  description text not null constraint adjustments_description check (char_length(description) between 1 and 200),
  amount bigint not null constraint adjustments_amount check (amount <> 0),
  reason text not null constraint adjustments_reason check (char_length(reason) between 1 and 1000),
  asked_at timestamptz not null,
  asked_by jsonb not null,
  primary key (contractor_id, adjustment_id)
);
call make_append_only('adjustments');
call make_tenant_table('adjustments', '', 'select, insert');

create table adjustment_decisions (
  contractor_id uuid not null,
  adjustment_id uuid not null,
  approved boolean not null,
  note text not null,
  decided_at timestamptz not null,
  decided_by jsonb not null,
  primary key (contractor_id, adjustment_id),
  foreign key (contractor_id, adjustment_id) references adjustments
);
call make_append_only('adjustment_decisions');
call make_tenant_table('adjustment_decisions', '', 'select, insert');

-- The provider's pages list these over all contractors.
create policy provider on closing_rows for select to tsukasa_app using (in_provider_scope());
create policy provider on invoice_balances for select to tsukasa_app using (in_provider_scope());
create policy provider on adjustments for select to tsukasa_app using (in_provider_scope());
create policy provider on adjustment_decisions for select to tsukasa_app using (in_provider_scope());
create policy provider on billed_charges for select to tsukasa_app using (in_provider_scope());
