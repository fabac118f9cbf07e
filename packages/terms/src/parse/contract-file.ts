import { type Application, MAX_DEVICES } from '../applications.ts';
import { MAX_AMOUNT } from '../check-common.ts';
import { isAfter } from '../days.ts';
import { licencesNeeded } from '../licences.ts';
import type { Book, Fact, FactBody, History, QuoteLine, RequestedSubject } from '../model.ts';
import { SERVICE } from '../model.ts';
import { factFromJson } from './fact.ts';
import { JsonObject, optional, parseList, type ReadEntry } from './json.ts';

type Day = Temporal.PlainDate;
type Entry = { readonly on: Day; readonly body: FactBody };
/** One application of a description with its days; the service's own or one of its options'. */
type Asked = {
  readonly requests: readonly (RequestedSubject & { readonly startOn?: Day; readonly billingStartOn?: Day })[];
  readonly appliedOn: Day;
  readonly acceptedOn?: Day;
  readonly startOn?: Day;
};
type PriceEntry = QuoteLine & { readonly from?: Temporal.PlainYearMonth };

const FIELDS = [
  'item',
  'kind',
  'appliedOn',
  'acceptedOn',
  'startOn',
  'billingStartOn',
  'deviceCount',
  'options',
  'changes',
  'countChanges',
  'notices',
  'oneTimeFees',
  'prices',
];
const SOME = { min: 0, max: 200 };
/** The item of a description that names a kind but no item. */
const CURRENT_ITEM = 'MaaS360';

/**
 * Reads a contract described for calculation (docs/contracts.md): `{"facts": […]}`, or the days of a contract in short
 * form. Licences are taken as agreed to, count changes as accepted. Throws only `TermsError`; whether the history may be so
 * is `checkHistory`'s to say.
 */
export function contractFromFile(book: Book, value: unknown, path = 'contract'): History {
  if (typeof value === 'object' && value !== null && 'facts' in value) return factsOf(value, path);
  const object = new JsonObject(value, path, FIELDS);
  const { service, options } = applicationsOf(object);
  const kind = optional(object, 'kind', () => object.id('kind'));
  const identity = { item: object.has('item') ? object.id('item') : CURRENT_ITEM, ...kind };
  const prices = listOf(object, 'prices', parsePrice);
  const asked = [{ at: service.appliedOn, entries: applicationEntries(book, 'service', service, identity, prices) }];
  for (const [index, option] of options.entries()) {
    const entries = applicationEntries(book, `option-${index + 1}`, option, identity, prices);
    asked.push({ at: option.appliedOn, entries });
  }
  for (const [index, change] of listOf(object, 'changes', parseChange).entries())
    asked.push({ at: change.appliedOn, entries: changeEntries(`change-${index + 1}`, change) });
  const [first, ...later] = asked;
  const inOrder = [...(first ? [first] : []), ...later.sort((a, b) => Temporal.PlainDate.compare(a.at, b.at))];
  return numbered([
    ...inOrder.flatMap(({ entries }) => entries),
    ...laterPrices(service, prices),
    ...listOf(object, 'countChanges', parseCountChange).sort(byDay).flatMap(withAnswer),
    ...listOf(object, 'notices', parseNotice).sort(byDay),
    ...listOf(object, 'oneTimeFees', parseOneTimeFee).sort(byDay),
  ]);
}

function factsOf(value: object, path: string): History {
  const object = new JsonObject(value, path, ['facts']);
  return parseList(object.raw('facts'), object.at('facts'), { min: 1, max: 10_000 }, (entry) => entry)
    .map((entry, index) => {
      const unnumbered = typeof entry === 'object' && entry !== null && !Array.isArray(entry) && !('seq' in entry);
      return unnumbered ? { seq: index + 1, ...entry } : entry;
    })
    .map((entry, index) => factFromJson(entry, `${object.at('facts')}[${index}]`));
}

const byDay = (a: Entry, b: Entry): number => Temporal.PlainDate.compare(a.on, b.on);

/** `accepted` answers of count changes name the entry before them, so numbers are given here. */
function numbered(entries: readonly Entry[]): History {
  return entries.map(({ on, body }, index): Fact => {
    const seq = index + 1;
    return body.type === 'count_accepted' ? { seq, on, ...body, asked: index } : { seq, on, ...body };
  });
}

const withAnswer = (entry: Entry): readonly Entry[] => [
  entry,
  { on: entry.on, body: { type: 'count_accepted', asked: 0 } },
];

function listOf<T>(object: JsonObject, name: string, read: ReadEntry<T>): T[] {
  return object.has(name) ? [...object.list(name, SOME, read)] : [];
}

function applicationsOf(object: JsonObject): { readonly service: Asked; readonly options: readonly Asked[] } {
  const own = daysOf(object);
  const count = optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES));
  const together: Asked['requests'][number][] = [
    { subject: SERVICE, ...count, ...pick(own, 'startOn'), ...pick(own, 'billingStartOn') },
  ];
  const alone: Asked[] = [];
  for (const option of listOf(object, 'options', (value, path) => parseOption(value, path, own))) {
    const same = option.appliedOn.equals(own.appliedOn) && String(option.acceptedOn) === String(own.acceptedOn);
    if (!same) alone.push(option);
    else together.push(...option.requests.map((each) => ({ ...pick(own, 'billingStartOn'), ...each })));
  }
  const { billingStartOn: _, ...days } = own;
  return { service: { ...days, requests: together }, options: alone };
}

type Days = {
  readonly appliedOn: Day;
  readonly acceptedOn?: Day;
  readonly startOn?: Day;
  readonly billingStartOn?: Day;
};

function pick<K extends 'startOn' | 'billingStartOn'>(days: Days, name: K): { readonly [P in K]?: Day } {
  const value = days[name];
  return value === undefined ? {} : ({ [name]: value } as { readonly [P in K]?: Day });
}

/** Applied for on the day of acceptance unless said otherwise. */
function daysOf(object: JsonObject, fallback?: Days): Days {
  const accepted = optional(object, 'acceptedOn', () => object.day('acceptedOn'));
  const acceptedOn = accepted.acceptedOn ?? fallback?.acceptedOn;
  const said = object.has('appliedOn') || (accepted.acceptedOn === undefined && fallback === undefined);
  const appliedOn = said
    ? object.day('appliedOn')
    : (accepted.acceptedOn ?? fallback?.appliedOn ?? object.day('appliedOn'));
  return {
    appliedOn,
    ...(acceptedOn !== undefined && { acceptedOn }),
    ...optional(object, 'startOn', () => object.day('startOn')),
    ...optional(object, 'billingStartOn', () => object.day('billingStartOn')),
  };
}

const OPTION_FIELDS = ['option', 'deviceCount', 'appliedOn', 'acceptedOn', 'startOn', 'billingStartOn'];

function parseOption(value: unknown, path: string, service: Days): Asked {
  const object = new JsonObject(value, path, OPTION_FIELDS);
  const { appliedOn, acceptedOn, startOn, billingStartOn } = daysOf(object, service);
  const accepted = acceptedOn !== undefined && service.acceptedOn?.equals(acceptedOn) === true;
  const same = accepted && !object.has('appliedOn') ? service.appliedOn : appliedOn;
  return {
    appliedOn: same,
    ...(acceptedOn !== undefined && { acceptedOn }),
    ...(startOn !== undefined && { startOn }),
    requests: [
      {
        subject: object.id('option'),
        ...optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES)),
        ...(startOn !== undefined && { startOn }),
        ...(billingStartOn !== undefined && { billingStartOn }),
      },
    ],
  };
}

type Identity = { readonly item: string; readonly kind?: string };

function applicationEntries(
  book: Book,
  application: string,
  asked: Asked,
  identity: Identity,
  prices: readonly PriceEntry[],
): readonly Entry[] {
  const { appliedOn, acceptedOn } = asked;
  const requests = asked.requests.map(({ subject, deviceCount }) => ({
    subject,
    ...(deviceCount !== undefined && { deviceCount }),
  }));
  const entries: Entry[] = [{ on: appliedOn, body: { type: 'applied', application, ...identity, requests } }];
  const lines = prices.filter(
    ({ from, subject }) => from === undefined && requests.some((each) => each.subject === subject),
  );
  if (lines.length > 0) entries.push({ on: appliedOn, body: { type: 'quoted', application, lines } });
  if (acceptedOn === undefined) return entries;
  const startOn = asked.startOn ?? acceptedOn;
  entries.push({ on: acceptedOn, body: { type: 'accepted', application, startOn } });
  const options = requests.map(({ subject }) => subject).filter((subject) => subject !== SERVICE);
  const { kind } = identity;
  for (const licence of licencesNeeded(book.catalogue, { ...(kind !== undefined && { kind }), options }, acceptedOn)) {
    const { document, version, sha256 } = licence;
    entries.push({ on: acceptedOn, body: { type: 'licence_agreed', document, version, sha256 } });
  }
  for (const request of asked.requests) {
    const own = request.startOn ?? startOn;
    const on = isAfter(startOn, own) ? startOn : own;
    entries.push({ on, body: { type: 'activated', subjects: [request.subject] } });
    if (request.billingStartOn !== undefined)
      entries.push({ on: request.billingStartOn, body: { type: 'billing_started', subjects: [request.subject] } });
  }
  return entries;
}

const parsePrice: ReadEntry<PriceEntry> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'fee', 'amount', 'per', 'os', 'deviceCount', 'from']);
  return {
    subject: object.has('subject') ? object.id('subject') : SERVICE,
    fee: object.oneOf('fee', ['initial', 'monthly']),
    amount: object.whole('amount', 0, MAX_AMOUNT),
    per: object.has('per') ? object.oneOf('per', ['contract', 'device']) : 'contract',
    ...optional(object, 'os', () => object.text('os', 40)),
    ...optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES)),
    ...optional(object, 'from', () => object.month('from')),
  };
};

/** New prices from a month on, shown when the contract was accepted. */
function laterPrices({ acceptedOn }: Asked, prices: readonly PriceEntry[]): readonly Entry[] {
  if (acceptedOn === undefined) return [];
  const byMonth = Map.groupBy(prices, ({ from }) => String(from ?? ''));
  return [...byMonth].flatMap(([, lines]): readonly Entry[] => {
    const from = lines[0]?.from;
    if (from === undefined) return [];
    return [{ on: acceptedOn, body: { type: 'quoted', from, lines: lines.map(({ from: _, ...line }) => line) } }];
  });
}

type Change = { readonly appliedOn: Day; readonly acceptedOn?: Day; readonly item: string; readonly kind: string };

const parseChange: ReadEntry<Change> = (value, path) => {
  const object = new JsonObject(value, path, ['appliedOn', 'acceptedOn', 'item', 'kind']);
  const { appliedOn, acceptedOn } = daysOf(object);
  return {
    appliedOn,
    ...(acceptedOn !== undefined && { acceptedOn }),
    item: object.has('item') ? object.id('item') : CURRENT_ITEM,
    kind: object.id('kind'),
  };
};

function changeEntries(application: string, { appliedOn, acceptedOn, item, kind }: Change): readonly Entry[] {
  const entries: Entry[] = [{ on: appliedOn, body: { type: 'change_applied', application, item, kind } }];
  if (acceptedOn !== undefined)
    entries.push({ on: acceptedOn, body: { type: 'accepted', application, startOn: acceptedOn } });
  return entries;
}

const parseCountChange: ReadEntry<Entry> = (value, path) => {
  const object = new JsonObject(value, path, ['option', 'askedOn', 'deviceCount', 'from']);
  return {
    on: object.day('askedOn'),
    body: {
      type: 'count_asked',
      subject: object.id('option'),
      deviceCount: object.whole('deviceCount', 1, MAX_DEVICES),
      ...optional(object, 'from', () => object.month('from')),
    },
  };
};

const parseNotice: ReadEntry<Entry> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'arrivedOn', 'designatedOn']);
  return {
    on: object.day('arrivedOn'),
    body: {
      type: 'notice_arrived',
      subject: object.has('subject') ? object.id('subject') : SERVICE,
      ...optional(object, 'designatedOn', () => object.day('designatedOn')),
    },
  };
};

const parseOneTimeFee: ReadEntry<Entry> = (value, path) => {
  const object = new JsonObject(value, path, ['subject', 'on', 'amount', 'cause']);
  return {
    on: object.day('on'),
    body: {
      type: 'one_time_fee',
      subject: object.has('subject') ? object.id('subject') : SERVICE,
      amount: object.whole('amount', 1, MAX_AMOUNT),
      cause: object.text('cause', 500),
    },
  };
};

const parseWanted: ReadEntry<RequestedSubject> = (value, path) => {
  const object = new JsonObject(value, path, ['option', 'deviceCount']);
  return {
    subject: object.id('option'),
    ...optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES)),
  };
};

/** Reads an application described for a check (docs/contracts.md). `contractId` is the contract it is about, if it names none. */
export function applicationFromFile(value: unknown, contractId: string, path = 'application'): Application {
  const fields = ['type', 'item', 'kind', 'deviceCount', 'options', 'startOn', 'contractId'];
  const object = new JsonObject(value, path, fields);
  const type = object.oneOf('type', ['service', 'options', 'change']);
  const named = object.has('contractId') ? object.id('contractId') : contractId;
  const item = object.has('item') ? object.id('item') : CURRENT_ITEM;
  const startOn = optional(object, 'startOn', () => object.day('startOn'));
  if (type === 'change') return { type, contractId: named, item, kind: object.id('kind') };
  if (type === 'options')
    return { type, contractId: named, requests: object.list('options', { min: 1, max: 20 }, parseWanted), ...startOn };
  const count = optional(object, 'deviceCount', () => object.whole('deviceCount', 1, MAX_DEVICES));
  const kind = optional(object, 'kind', () => object.id('kind'));
  return {
    type,
    item,
    ...kind,
    requests: [{ subject: SERVICE, ...count }, ...listOf(object, 'options', parseWanted)],
    ...startOn,
  };
}
