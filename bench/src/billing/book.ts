import { type FactBody, factBodyToJson } from '@tsukasa/terms';
import type pg from 'pg';

const day = (text: string) => Temporal.PlainDate.from(text);

/** Device-and-app with the desk's option, as a contractor's history tells it: accepted, billed, one change of the count a year. */
function historyOf(
  accepted: string,
  devices: number,
): { readonly on: string; readonly body: object; readonly type: string }[] {
  const subjects = ['service', 'operation-proxy'];
  const entries: (readonly [string, FactBody])[] = [
    [
      accepted,
      {
        type: 'applied',
        application: 'a1',
        item: 'MaaS360',
        kind: 'device-and-app',
        requests: [{ subject: 'service' }, { subject: 'operation-proxy', deviceCount: devices }],
      },
    ],
    [
      accepted,
      {
        type: 'quoted',
        application: 'a1',
        lines: [
          { subject: 'service', fee: 'initial', amount: 50_000, per: 'contract' },
          { subject: 'service', fee: 'monthly', amount: 30_000, per: 'contract' },
        ],
      },
    ],
    [accepted, { type: 'accepted', application: 'a1', startOn: day(accepted) }],
    [accepted, { type: 'activated', subjects }],
    [accepted, { type: 'billing_started', subjects }],
  ];
  for (const years of [1, 2]) {
    const on = day(accepted).add({ years }).toString();
    const asked = entries.length + 1;
    entries.push([on, { type: 'count_asked', subject: 'operation-proxy', deviceCount: devices + 10 * years }]);
    entries.push([on, { type: 'count_accepted', asked }]);
  }
  return entries.map(([on, body]) => ({ on, type: body.type, body: factBodyToJson(body) }));
}

export type Book = { readonly first: Temporal.PlainYearMonth; readonly last: Temporal.PlainYearMonth };

/**
 * Fills an empty database with contractors, their histories of `months` months until the last one that is over, and all
 * months before that one closed and billed. Chains of hashes are made up: nothing measured reads them.
 */
export async function fillBook(owner: pg.Client, contractors: number, months: number): Promise<Book> {
  const today = Temporal.Now.zonedDateTimeISO('Asia/Tokyo').toPlainDate();
  const last = today.toPlainYearMonth().subtract({ months: 1 });
  const first = last.subtract({ months: months - 1 });
  const accepted = first.toPlainDate({ day: 5 }).toString();
  await owner.query('begin');
  await owner.query(
    `insert into contractors (contractor_id, name, search_key, created_at, updated_at)
      select ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '会社' || n, '会社' || n, now(), now()
      from generate_series(1, $1::int) n`,
    [contractors],
  );
  await owner.query(
    `insert into contracts (contractor_id, contract_id, contract_number, created_at, item, kind, phase, start_on, options,
        as_of_seq, as_of_day)
      select contractor_id, ('01910000' || substr(contractor_id::text, 9))::uuid, 'TK-' || right(contractor_id::text, 6), now(),
        'MaaS360', 'device-and-app', 'in_force', $1, '[]', 9, current_date from contractors`,
    [accepted],
  );
  // A hundred sizes of fleets, each used by every hundredth contractor.
  for (let size = 0; size < 100; size += 1) {
    await owner.query(
      `insert into contract_facts (contractor_id, chain_seq, contract_id, seq, type, on_day, body, note, actor_kind, actor_id,
          actor_name, recorded_at, previous_hash, hash)
        select c.contractor_id, f.seq, c.contract_id, f.seq, f.type, f.on_day, f.body, '', 'user', 'bench', 'bench', now(), '\\x00', '\\x00'
        from contracts c cross join (select row_number() over () as seq, * from jsonb_to_recordset($1::jsonb)
          as r(type text, "on" date, body jsonb)) f(seq, type, on_day, body)
        where ('x' || right(c.contractor_id::text, 6))::bit(24)::int % 100 = $2`,
      [JSON.stringify(historyOf(accepted, 20 + size)), size],
    );
  }
  await owner.query(
    `insert into contract_heads (contractor_id, chain_seq, hash, version, service_days)
      select contractor_id, 9, '\\x00', 9, datemultirange(daterange($1, null)) from contractors`,
    [accepted],
  );
  await billPast(owner, first, last);
  await owner.query('commit');
  await owner.query('analyze');
  return { first, last };
}

/** Invoices and billed charges of every month before the last, as closing them one by one would have left them. */
async function billPast(
  owner: pg.Client,
  first: Temporal.PlainYearMonth,
  last: Temporal.PlainYearMonth,
): Promise<void> {
  const until = last.toPlainDate({ day: 1 }).toString();
  const from = first.toPlainDate({ day: 1 }).toString();
  const months = `generate_series($1::date, $2::date - interval '1 month', interval '1 month') m(month)`;
  await owner.query(
    `insert into billing_settings (version, content, changed_at, changed_by) values (1, $1, now(), '{}')`,
    [JSON.stringify(SETTINGS)],
  );
  await owner.query(
    `insert into billing_closings (month, state, issued_on, settings_version) select month::date, 'approved',
      (month + interval '1 month')::date, 1 from ${months}`,
    [from, until],
  );
  // In the order of one statement for all months: the content is what no closing of a later month reads.
  await owner.query(
    `insert into invoices (contractor_id, invoice_id, chain_seq, kind, number, month, issued_on, content, recorded_at, previous_hash, hash)
      select c.contractor_id, gen_random_uuid(), row_number() over (partition by c.contractor_id order by month), 'invoice',
        'OLD-' || to_char(month, 'YYYYMM'), month::date, (month + interval '1 month')::date, '{}', now(), '\\x00', '\\x00'
      from contractors c cross join ${months}`,
    [from, until],
  );
  await owner.query(
    `insert into invoice_heads (contractor_id, chain_seq, hash) select contractor_id, max(chain_seq), '\\x00' from invoices
      group by contractor_id`,
  );
  const billed = (fee: string, quantity: string, price: string, where: string) =>
    owner.query(
      `insert into billed_charges (contractor_id, charge, times, invoice_id, place, closed_month, quantity, unit_amount, tax_rate, tax_category)
        select i.contractor_id, c.contract_id || '/' || ${fee}, 0, i.invoice_id, 0, i.month, ${quantity}, ${price}, '10', 'standard'
        from invoices i join contracts c using (contractor_id) ${where}`,
      where === '' ? [] : [from],
    );
  await owner.query(
    `insert into closing_rows (contractor_id, month, content, contractor_name, search_key, net, tax, total, previous_net,
        documents, problems, fingerprint, numbers, issued_at)
      select contractor_id, $1::date - interval '1 month', jsonb_build_object('lines', '[]'::jsonb, 'credits', '[]'::jsonb,
        'basis', jsonb_build_object('facts', 9, 'book', 1)), name, '', 0, 0, 0, 0, 1, 0, '\\x00', '{OLD}', now() from contractors`,
    [until],
  );
  const month = "to_char(i.month, 'YYYY-MM')";
  const size = "20 + ('x' || right(i.contractor_id::text, 6))::bit(24)::int % 100";
  const years = "($1::date + interval '1 year' < i.month)::int + ($1::date + interval '2 years' < i.month)::int";
  await billed(`'monthly:service:' || ${month}`, '1', '30000', '');
  await billed(`'monthly:operation-proxy:' || ${month}`, `${size} + 10 * (${years})`, '150', 'where i.month >= $1');
  await billed("'initial:service:a1'", '1', '50000', 'where i.month = $1');
  await billed("'initial:operation-proxy:a1'", '1', '20000', 'where i.month = $1');
}

const SETTINGS = {
  issuer: {
    name: '株式会社つかさ',
    postalCode: '',
    address: '',
    phone: '',
    email: '',
    registrationNumber: 'T8010001095209',
    bankAccount: '',
    peppolId: '',
  },
  numberPrefix: '',
  dueMonths: 1,
  taxRates: [{ from: '2019-10-01', category: 'standard', rate: '10' }],
  rounding: [{ from: '2019-10-01', mode: 'down' }],
};
