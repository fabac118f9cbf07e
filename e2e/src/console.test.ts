import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser, type StorageState, Visitor } from './browser.ts';
import { type EnrolledDevice, enroll } from './fleet.ts';
import { type Contractor, type Stage, useStage } from './harness.ts';
import { approveAll, join, type Person } from './people.ts';
import { until } from './wait.ts';

/** Slow enough that each step is seen before the next one comes. */
const SLOW = { think: [2000, 2000] } as const;

let browser: Browser;
let contractor: Contractor;
let administrator: Person;
let helpdesk: Person;
let stranger: Person;
let phone: EnrolledDevice;
let tablet: EnrolledDevice;
let phoneId: string;
let tabletId: string;

const stage = useStage(
  async (opened) => {
    contractor = await opened.contractor('青葉商事株式会社', 'あおばしょうじ');
    const { contractorId } = contractor;
    const person = await opened.provider.call('createPerson', {
      params: { contractorId },
      body: { name: '佐藤 花子', kana: 'サトウ ハナコ', department: '営業部' },
    });
    const link = await opened.invite(contractorId, { personId: person.personId });
    phone = await enroll(opened, link, { behaviour: SLOW, passcode: true });
    tablet = await enroll(opened, await opened.invite(contractorId), { kind: 'iPad', behaviour: SLOW });
    [phoneId, tabletId] = [await deviceIdOf(opened, phone), await deviceIdOf(opened, tablet)];
    administrator = await join(opened.provider, contractorId, 'contractor_administrator', 'Aoi Admin');
    helpdesk = await join(opened.provider, contractorId, 'helpdesk', 'Hana Help');
    const other = await opened.contractor('別の会社');
    stranger = await join(opened.provider, other.contractorId, 'contractor_administrator', 'Otto Other');
  },
  { preload: ['moved-clock.ts'] },
);

before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

function deviceIdOf(opened: Stage, device: EnrolledDevice): Promise<string> {
  const { contractorId } = contractor;
  return until('the device is observed', 30_000, async () => {
    const query = { q: device.serialNumber };
    const { items } = await opened.provider.call('listDevices', { params: { contractorId }, query });
    return items.find((item) => item.lastObservedAt !== null && item.openActions === 0)?.deviceId;
  });
}

/** Where somebody has signed in before: they come again with the same session. */
const sessions = new Map<string, StorageState>();

/** Runs with one person at a browser; afterwards the browser must have had nothing to complain about. */
async function visit(person: Person, language: 'ja' | 'en', what: (visitor: Visitor) => Promise<void>): Promise<void> {
  const kept = sessions.get(person.email);
  const visitor = await Visitor.arrive(browser, stage().url, {
    language,
    ...(kept === undefined ? {} : { session: kept }),
  });
  try {
    if (kept === undefined) await visitor.signIn(person);
    else await visitor.open('/');
    sessions.set(person.email, await visitor.context.storageState());
    await what(visitor);
    assert.deepEqual(visitor.complaints, []);
  } catch (error) {
    const seen = await visitor.page
      .locator('body')
      .ariaSnapshot()
      .catch(() => '');
    throw new Error(
      `at ${visitor.page.url()} with complaints ${visitor.complaints.join('\n')}\n${seen.slice(0, 6000)}`,
      { cause: error },
    );
  } finally {
    await visitor.leave();
  }
}

/** From wherever they are to a device's actions, as a person goes: menu, search, list, tab. */
async function findDevice({ page, words }: Visitor, search: string, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: words.devices, exact: true }).click();
  await page.getByRole('searchbox', { name: words.searchDevices }).fill(search);
  const rows = page.getByRole('table', { name: words.deviceTable }).getByRole('row');
  await page.waitForURL(/[?&]q=/);
  await until('one device is found', 10_000, async () => (await rows.count()) === 2); // the first one is the header
  await rows.getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByRole('tab', { name: words.actionsTab, exact: true }).click();
}

/** The newest action of a kind on the page, with its state in its name. */
function action({ page }: Visitor, kind: string, state = ''): Locator {
  return page.getByRole('article', { name: `${kind}: ${state}` }).first();
}

function choice({ page }: Visitor, kind: string): Locator {
  return page.getByRole('tabpanel').getByRole('button', { name: new RegExp(`^${kind}`) });
}

/** Opens the form of an action; what it says of the consequences must be words. */
async function openForm(visitor: Visitor, kind: string): Promise<Locator> {
  await choice(visitor, kind).click();
  const dialog = visitor.page.getByRole('dialog');
  const consequences = await dialog.getByRole('listitem').allInnerTexts();
  const refusals = await visitor.page.getByRole('tabpanel').getByRole('definition').allInnerTexts();
  for (const text of [...consequences, ...refusals])
    assert.doesNotMatch(text, /^[a-z]+[._][a-z._]+/, 'a code, not words');
  return dialog;
}

/** Opens the form of an action, fills it in, and sends it. */
async function ask(visitor: Visitor, kind: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const dialog = await openForm(visitor, kind);
  for (const [label, text] of Object.entries(fields)) await dialog.getByLabel(label).fill(text);
  await dialog.getByRole('button', { name: kind, exact: true }).click();
}

describe('an administrator of the contractor, in Japanese', () => {
  test('signs in with a second factor, finds a device, locks it and sees each step until it is done', async () => {
    const message = '総務部までお届けください';
    await visit(administrator, 'ja', async (visitor) => {
      const { page, words } = visitor;
      await findDevice(visitor, 'さとう', phone.device.blueprint.name);
      await page.evaluate('globalThis.loadedOnce = true');
      await ask(visitor, words.lock, { [words.message]: message });
      await action(visitor, words.lock).waitFor();
      const seen: number[] = [];
      await until('the device has done it', 30_000, async () => {
        seen.push(await action(visitor, words.lock).locator('ol > li[data-state="done"]').count());
        return action(visitor, words.lock, words.done).isVisible();
      });
      seen.push(await action(visitor, words.lock).locator('ol > li[data-state="done"]').count());
      assert.ok(new Set(seen).size > 1, `the steps came all at once: ${seen.join()}`);
      const steps = await action(visitor, words.lock).locator('ol > li > b').allInnerTexts();
      assert.deepEqual(steps, words.steps);
      assert.equal(await page.evaluate('globalThis.loadedOnce'), true, 'the page was loaded again');
      assert.equal(phone.device.state.lockMessage, message);
    });
  });

  test('finds it in the audit trail, with their name', async () => {
    await visit(administrator, 'ja', async ({ page, words }) => {
      await page.getByRole('navigation').getByRole('link', { name: words.audit }).click();
      await page.getByRole('heading', { level: 1, name: words.audit }).waitFor();
      const row = page
        .getByRole('row')
        .filter({ hasText: administrator.name })
        .filter({ hasText: phone.device.blueprint.name });
      await row.first().waitFor();
    });
  });

  test('must prove themselves again and give a reason before an erasure, which is then done', async () => {
    await visit(administrator, 'ja', async (visitor) => {
      const { page, words } = visitor;
      await findDevice(visitor, tablet.serialNumber, tablet.device.blueprint.name);
      stage().server.program.kill('SIGUSR2'); // six minutes later
      const dialog = await openForm(visitor, words.erase);
      const send = dialog.getByRole('button', { name: words.erase, exact: true });
      assert.ok(await send.isDisabled(), 'it can be sent without a reason');
      await dialog.getByLabel(words.reason).fill('紛失のため');
      await send.click();
      const proof = page.getByRole('dialog', { name: words.reauthentication });
      await proof.waitFor();
      assert.equal(tablet.device.state.phase, 'enrolled');
      await proof.getByRole('textbox', { name: words.password }).fill('a wrong password');
      await proof.getByRole('button', { name: words.reauthenticate }).click();
      await proof.getByRole('alert').waitFor();
      await proof.getByRole('textbox', { name: words.password }).fill(administrator.password);
      await proof.getByRole('button', { name: words.reauthenticate }).click();
      await until('it waits for somebody else', 20_000, async () => {
        const { items } = await stage().provider.call('listPending', {
          params: { contractorId: contractor.contractorId },
        });
        return items.length === 1;
      });
      assert.equal(tablet.device.state.phase, 'enrolled', 'nobody has agreed yet');
      assert.equal(await approveAll(stage().provider, contractor.contractorId), 1);
      await action(visitor, words.erase, words.done).waitFor({ timeout: 30_000 });
      await until('the device is as new', 10_000, () => tablet.device.state.phase === 'wiped');
    });
    const { contractorId } = contractor;
    const { items } = await administrator.client.call('listAudit', {
      params: { contractorId },
      query: { action: 'action.asked' },
    });
    assert.equal(items[0]?.reason, '紛失のため');
    assert.equal(items[0]?.actor.name, administrator.name);
    assert.equal(items[0]?.target.id, tabletId);
  });

  test('the server too asks for a fresh proof, and for a reason', async () => {
    const { contractorId } = contractor;
    const params = { contractorId, deviceId: phoneId };
    const stale = await administrator.client.refusal('askAction', { params, body: { type: 'erase', reason: 'test' } });
    assert.ok([401, 403].includes(stale.status), stale.message);
    assert.match(stale.problem.type, /reauthentication_required/);
    await administrator.client.call('reauthenticate', { body: { password: administrator.password } });
    const mute = await administrator.client.refusal('askAction', { params, body: { type: 'erase' } });
    assert.ok([400, 422].includes(mute.status), mute.message);
  });
});

describe('somebody at the help desk', () => {
  test('locks a device, in English, and sees no way to erase it', async () => {
    await visit(helpdesk, 'en', async (visitor) => {
      const { page, words } = visitor;
      await findDevice(visitor, phone.serialNumber.toLowerCase(), phone.device.blueprint.name);
      await choice(visitor, words.lock).waitFor();
      assert.equal(await choice(visitor, words.erase).count(), 0);
      assert.equal(await page.getByText(words.erase, { exact: true }).count(), 0);
      await ask(visitor, words.lock, { [words.message]: 'Please call us' });
      await until('the device has done it', 30_000, () => phone.device.state.lockMessage === 'Please call us');
      await action(visitor, words.lock, words.done).waitFor();
    });
  });

  test('is refused by the server: forbidden, and nothing is queued', async () => {
    const { contractorId } = contractor;
    const params = { contractorId, deviceId: phoneId };
    await helpdesk.client.call('reauthenticate', { body: { password: helpdesk.password } });
    for (const type of ['erase', 'remove_management', 'raw'] as const) {
      const body = { type, reason: 'test', ...(type === 'raw' ? { params: { plist: '<plist><dict/></plist>' } } : {}) };
      const { status } = await helpdesk.client.refusal('askAction', { params, body });
      assert.equal(status, 403, type);
    }
    assert.equal((await helpdesk.client.refusal('listAudit', { params: { contractorId } })).status, 403);
    const { items } = await stage().provider.call('listDeviceActions', { params });
    assert.deepEqual(
      [...new Set(items.map((item) => item.type))].filter((type) => type !== 'refresh'),
      ['lock'],
    );
  });
});

describe('an administrator of another contractor', () => {
  test('sees nothing of it in the console', async () => {
    await visit(stranger, 'ja', async (visitor) => {
      const { page, words } = visitor;
      const { contractorId, name } = contractor;
      assert.equal(await page.getByText(name).count(), 0);
      for (const path of [
        `/c/${contractorId}`,
        `/c/${contractorId}/devices`,
        `/c/${contractorId}/devices/${phoneId}`,
      ]) {
        await visitor.open(path);
        await page.getByRole('main').getByText(words.notFound).first().waitFor();
        const text = (await page.locator('body').textContent()) ?? '';
        for (const secret of [name, phone.serialNumber, phone.device.blueprint.name, '佐藤']) {
          assert.ok(!text.includes(secret), `${path} shows ${secret}`);
        }
      }
    });
  });

  test('sees nothing of it through the server', async () => {
    const { contractorId } = contractor;
    const params = { contractorId, deviceId: phoneId };
    const { client } = stranger;
    const refusals = await Promise.all([
      client.refusal('getContractor', { params: { contractorId } }),
      client.refusal('getDashboard', { params: { contractorId } }),
      client.refusal('listDevices', { params: { contractorId } }),
      client.refusal('getDevice', { params }),
      client.refusal('listDeviceActions', { params }),
      client.refusal('askAction', { params, body: { type: 'lock' } }),
      client.refusal('listAudit', { params: { contractorId } }),
      client.refusal('exportDevices', { params: { contractorId } }),
    ]);
    for (const refused of refusals) assert.equal(refused.status, 404, refused.message);
    const { contractors } = await client.call('getSession');
    assert.equal(contractors.length, 1);
    assert.ok(contractors.every((one) => one.contractorId !== contractorId));
  });
});

test('the whole trail holds', async () => {
  const { contractorId } = contractor;
  assert.equal((await stage().provider.call('verifyAudit', { params: { contractorId } })).ok, true);
});
