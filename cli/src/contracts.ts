import type { Application, Contract, ContractDetail, QuoteLine, Reason } from '@tsukasa/api';
import { call } from './client.ts';
import type { Command, Context } from './commands.ts';
import { EXIT, usage } from './exit.ts';
import { flag, needed, number, ofContractor, paging, text } from './flags.ts';
import { table } from './output.ts';

/** `tsukasa contracts …`: what a contractor and the provider do with contracts, through the API. */
export const CONTRACT_COMMANDS: Readonly<Record<string, Command>> = {
  'contracts apply': async (c) => {
    const params = ofContractor(c);
    const arrivedOn = flag(c, 'arrived');
    const content = contentOf(c);
    const application =
      arrivedOn === undefined
        ? await call(c.target, 'createApplication', { params, body: content })
        : await call(c.target, 'createApplicationOnBehalf', {
            params,
            body: { content, arrivedOn, ...text(c, 'note', 'note') },
          });
    return printApplication(c, application);
  },
  'contracts quote': async (c, [id]) => {
    const params = { ...ofContractor(c), applicationId: needed(id, 'APPLICATION') };
    const body = { lines: linesOf(c), ...text(c, 'valid-until', 'validUntil') };
    return printApplication(c, await call(c.target, 'quoteApplication', { params, body }));
  },
  'contracts accept': async (c, [id]) => {
    const params = { ...ofContractor(c), applicationId: needed(id, 'APPLICATION') };
    const body = {
      ...text(c, 'on', 'acceptedOn'),
      ...text(c, 'start', 'startOn'),
      ...text(c, 'billing-start', 'billingStartOn'),
    };
    return printApplication(c, await call(c.target, 'acceptApplication', { params, body }));
  },
  'contracts refuse': async (c, [id]) => {
    const params = { ...ofContractor(c), applicationId: needed(id, 'APPLICATION') };
    const body = { reason: needed(flag(c, 'reason'), '--reason'), ...text(c, 'clause', 'clause') };
    return printApplication(c, await call(c.target, 'refuseApplication', { params, body }));
  },
  'contracts list': async (c) => {
    if (c.flags['provider']) return printBook(c);
    const { items } = await call(c.target, 'listContracts', { params: ofContractor(c), query: text(c, 'on', 'on') });
    c.print({ items }, () => items.map(describe).join('\n'));
    return EXIT.ok;
  },
  'contracts applications': async (c) => {
    const { items } = await call(c.target, 'listApplications', { params: ofContractor(c) });
    c.print({ items }, () =>
      table(items, [
        ['ID', (r) => r.applicationId],
        ['CONTRACT', (r) => r.contractNumber],
        ['STATE', (r) => r.state],
        ['ARRIVED', (r) => r.arrivedOn],
      ]),
    );
    return EXIT.ok;
  },
  'contracts show': async (c, [id]) => {
    const { contract } = await detailOf(c, id);
    c.print(contract, () => [describe(contract), ...contract.because.map(because)].join('\n'));
    return EXIT.ok;
  },
  'contracts facts': async (c, [id]) => {
    const { facts } = await detailOf(c, id);
    c.print({ items: facts }, () =>
      table(facts, [
        ['#', (r) => r.seq],
        ['ON', (r) => r.on],
        ['FACT', (r) => (r.corrected ? `${r.type} (corrected)` : r.type)],
        ['BY', (r) => r.recordedBy.name],
        ['RECORDED', (r) => r.recordedAt],
        ['HASH', (r) => r.hash.slice(0, 12)],
      ]),
    );
    return EXIT.ok;
  },
  'contracts charges': async (c, [id]) => {
    const params = { ...ofContractor(c), contractId: needed(id, 'CONTRACT') };
    const query = { from: needed(flag(c, 'from'), '--from'), to: needed(flag(c, 'to'), '--to') };
    const answer = await call(c.target, 'listContractCharges', { params, query });
    c.print(answer, () => {
      const rows = table(answer.items, [
        ['MONTH', (r) => r.month],
        ['SUBJECT', (r) => r.subject],
        ['FEE', (r) => r.fee],
        ['QUANTITY', (r) => r.quantity],
        ['UNIT', (r) => r.unitAmount],
        ['AMOUNT', (r) => r.amount],
      ]);
      return [rows, `= ${answer.net}`, ...answer.problems.map(because)].join('\n');
    });
    return EXIT.ok;
  },
  'contracts notice': async (c, [id]) => {
    const params = { ...ofContractor(c), contractId: needed(id, 'CONTRACT') };
    const body = { subject: firstOption(c) ?? 'service', ...text(c, 'designated', 'designatedOn') };
    const arrivedOn = flag(c, 'arrived');
    if (c.flags['dry-run']) {
      const preview =
        arrivedOn === undefined
          ? await call(c.target, 'previewNotice', { params, body })
          : await call(c.target, 'previewNoticeOnBehalf', { params, body: { ...body, arrivedOn } });
      c.print(preview, () =>
        preview.endings
          .flatMap(({ subject, effectiveOn, because: why }) => [`${subject}: ${effectiveOn}`, ...why.map(because)])
          .join('\n'),
      );
      return EXIT.ok;
    }
    const detail =
      arrivedOn === undefined
        ? await call(c.target, 'giveNotice', { params, body })
        : await call(c.target, 'recordNotice', { params, body: { ...body, arrivedOn, ...text(c, 'note', 'note') } });
    return printDetail(c, detail);
  },
  'contracts count': async (c, [id]) => {
    const params = { ...ofContractor(c), contractId: needed(id, 'CONTRACT') };
    const { deviceCount } = number(c, 'devices', 'deviceCount');
    if (deviceCount === undefined) throw usage('--devices is missing');
    const body = { subject: firstOption(c) ?? 'operation-proxy', deviceCount, ...text(c, 'from', 'from') };
    const arrivedOn = flag(c, 'arrived');
    if (c.flags['dry-run']) {
      const preview =
        arrivedOn === undefined
          ? await call(c.target, 'previewCountChange', { params, body })
          : await call(c.target, 'previewCountChangeOnBehalf', { params, body: { ...body, arrivedOn } });
      const [before, after] = [preview.monthlyBefore ?? '?', preview.monthlyAfter ?? '?'];
      c.print(preview, () => `${preview.from}: ${preview.deviceCount}, ${before} -> ${after}`);
      return EXIT.ok;
    }
    const detail =
      arrivedOn === undefined
        ? await call(c.target, 'requestCountChange', { params, body })
        : await call(c.target, 'recordCountChange', {
            params,
            body: { ...body, arrivedOn, ...text(c, 'note', 'note') },
          });
    return printDetail(c, detail);
  },
  'contracts licences': async (c) => {
    const { items } = await call(c.target, 'listLicences', { params: ofContractor(c) });
    c.print({ items }, () =>
      table(items, [
        ['DOCUMENT', (r) => r.document],
        ['VERSION', (r) => r.version],
        ['AGREED', (r) => r.agreedOn],
        ['BY', (r) => r.agreedBy],
        ['SHA256', (r) => r.sha256],
      ]),
    );
    return EXIT.ok;
  },
  'contracts agree': async (c, [document]) => {
    const params = { ...ofContractor(c), document: needed(document, 'DOCUMENT') };
    const body = {
      version: needed(flag(c, 'document-version'), '--document-version'),
      sha256: needed(flag(c, 'sha256'), '--sha256 (of the text that was read; see "contracts licences")'),
    };
    const licence = await call(c.target, 'agreeToLicence', { params, body });
    c.print(licence, () => `${licence.document} ${licence.version}: ${licence.agreedOn ?? '-'}`);
    return EXIT.ok;
  },
  'contracts entitlements': async (c) => {
    const query = text(c, 'on', 'on');
    const answer = await call(c.target, 'getEntitlements', { params: ofContractor(c), query });
    c.print(answer, () =>
      [`${answer.on}: ${answer.state}`, answer.functions.join(' '), ...answer.because.map(because)].join('\n'),
    );
    return EXIT.ok;
  },
  'contracts verify': async (c) => {
    const verified = await call(c.target, 'verifyContracts', { params: ofContractor(c) });
    c.print(verified, () =>
      verified.ok
        ? `ok: ${verified.facts} facts, head ${verified.head?.seq ?? 0} ${verified.head?.hash ?? ''}`
        : ['BROKEN', ...verified.problems.map(({ kind, what, seq }) => `  ${kind} ${seq ?? ''} ${what}`)].join('\n'),
    );
    return verified.ok ? EXIT.ok : EXIT.broken;
  },
};

function firstOption(c: Context): string | undefined {
  const given = c.flags['option'];
  return Array.isArray(given) ? given[0] : undefined;
}

const because = ({ clause, text: words }: Reason): string => `  ${(clause ?? '').padEnd(12)} ${words}`;

/** `--kind K [--devices N] [--option NAME[=DEVICES] ...]`, or `--contract ID --option …` for options of a running contract. */
function contentOf(c: Context): Application['content'] {
  const given = c.flags['option'];
  const named = Array.isArray(given) ? given : [];
  const options = named.map((each) => {
    const [subject = '', count] = each.split('=', 2);
    if (count === undefined) return { subject };
    if (!/^\d{1,7}$/.test(count)) throw usage(`--option takes NAME or NAME=DEVICES, not ${each}`);
    return { subject, deviceCount: Number(count) };
  });
  const contractId = flag(c, 'contract');
  const start = text(c, 'start', 'startOn');
  if (contractId !== undefined) return { type: 'options', contractId, options, ...start };
  const kind = needed(flag(c, 'kind'), '--kind');
  return { type: 'service', kind, options, ...number(c, 'devices', 'deviceCount'), ...start };
}

/** `--line SUBJECT:initial|monthly:AMOUNT[:contract|device]`, as often as needed. */
function linesOf(c: Context): QuoteLine[] {
  const given = c.flags['line'];
  if (!Array.isArray(given)) throw usage('--line SUBJECT:initial|monthly:AMOUNT[:contract|device] is missing');
  return given.map((each) => {
    const [subject = '', fee, amount = '', per = 'contract'] = each.split(':');
    const good = (fee === 'initial' || fee === 'monthly') && (per === 'contract' || per === 'device');
    if (!good || !/^\d{1,10}$/.test(amount))
      throw usage(`--line takes SUBJECT:initial|monthly:AMOUNT[:contract|device], not ${each}`);
    return { subject, fee, amount: Number(amount), per };
  });
}

async function detailOf(c: Context, id: string | undefined): Promise<ContractDetail> {
  const params = { ...ofContractor(c), contractId: needed(id, 'CONTRACT') };
  return call(c.target, 'getContract', { params, query: text(c, 'on', 'on') });
}

function printDetail(c: Context, detail: ContractDetail) {
  c.print(detail, () => describe(detail.contract));
  return EXIT.ok;
}

function printApplication(c: Context, application: Application) {
  c.print(application, () => {
    const prices = application.price.map(({ subject, fee, amount }) => `  ${subject} ${fee} ${amount ?? '?'}`);
    const { applicationId, contractNumber, state } = application;
    return [`${applicationId}  ${contractNumber}: ${state}`, ...prices].join('\n');
  });
  return EXIT.ok;
}

function describe(contract: Contract): string {
  const line = (state: Pick<Contract, 'subject' | 'phase' | 'startOn' | 'endsOn' | 'deviceCount'>) =>
    `${state.subject}: ${state.phase}, ${state.startOn ?? '?'} - ${state.endsOn ?? ''}${state.deviceCount === null ? '' : ` (${state.deviceCount})`}`;
  const head = `${contract.contractId}  ${contract.contractNumber}  ${contract.item} ${contract.kind ?? ''}`;
  return [head, ...[contract, ...contract.options].map((state) => `  ${line(state)}`)].join('\n');
}

async function printBook(c: Context) {
  const query = { ...paging(c), ...text(c, 'q', 'q'), ...number(c, 'ending-within', 'endingWithinDays') };
  const page = await call(c.target, 'listContractBook', { query });
  c.print(page, () =>
    table(page.items, [
      ['NUMBER', (r) => r.contractNumber],
      ['CONTRACTOR', (r) => r.contractorName],
      ['KIND', (r) => r.kind ?? r.item],
      ['PHASE', (r) => r.phase],
      ['START', (r) => r.startOn],
      ['END', (r) => r.endsOn],
      ['ID', (r) => r.contractId],
    ]),
  );
  return EXIT.ok;
}
