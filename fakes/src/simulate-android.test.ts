import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import {
  ANDROID_FLEET,
  ANDROID_MODELS,
  ANDROID_MODES,
  API_LEVELS,
  makeAndroidBlueprint,
} from './android-device/index.ts';
import { enlist, openAndroidLink } from './android-management/index.ts';
import { makeStage } from './android-management/testing.ts';
import { simulateAndroid } from './simulate-android.ts';

let stage: Awaited<ReturnType<typeof makeStage>>;
let page: Server;
/** What the page of the invitation answers. */
let answer: { readonly status: number; readonly body: string };

before(async () => {
  stage = await makeStage();
  page = createServer((_request, response) => void response.writeHead(answer.status).end(answer.body));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  page.closeAllConnections();
  page.close();
  await stage.close();
});

const url = () => `http://127.0.0.1:${(page.address() as AddressInfo).port}/enroll/code`;
const tokenFor = (allowPersonalUsage: string) =>
  stage.caller.get('POST', `/v1/${stage.enterprise}/enrollmentTokens`, { allowPersonalUsage });

describe('devices from an invitation’s link', () => {
  test('enroll by the QR code that it answers, and live on in the stand-in', async () => {
    answer = { status: 200, body: String((await tokenFor('PERSONAL_USAGE_DISALLOWED'))['qrCode']) };
    const before = (await stage.control.devices()).length;
    const asked = { url: url(), origin: stage.standIn.origin, count: 3, seed: 'simulate', os: '14', ca: undefined };
    assert.equal(await simulateAndroid(asked), 3);
    const made = (await stage.control.devices()).slice(before);
    assert.deepEqual(
      made.map(({ mode, androidVersion }) => [mode, androidVersion]),
      Array(3).fill(['fully_managed', '14']),
    );
  });

  test('enroll by Google’s link as a person’s own device', async () => {
    const token = await tokenFor('PERSONAL_USAGE_ALLOWED');
    answer = { status: 200, body: `https://enterprise.google.com/android/enroll?et=${token['value']}\n` };
    assert.equal((await stage.control.enroll(await openAndroidLink(url()))).mode, 'work_profile_personal');
  });

  test('are told when the invitation is none of theirs, or refuses', async () => {
    answer = { status: 410, body: 'gone' };
    await assert.rejects(openAndroidLink(url()), /answered 410/);
    answer = { status: 200, body: '<plist/>' };
    await assert.rejects(openAndroidLink(url()), /not for Android/);
    assert.equal(
      await simulateAndroid({
        url: url(),
        origin: stage.standIn.origin,
        count: 2,
        seed: 's',
        os: undefined,
        ca: undefined,
      }),
      0,
    );
  });
});

describe('the fleet', () => {
  test('is thirty devices of all modes and kinds, every third with a flaw', async () => {
    const qr = async (usage: string) => ({ qrCode: String((await tokenFor(usage))['qrCode']) });
    const own = await tokenFor('PERSONAL_USAGE_ALLOWED');
    const enlisted = await enlist(stage.control, {
      fully_managed: await qr('PERSONAL_USAGE_DISALLOWED'),
      dedicated: await qr('PERSONAL_USAGE_DISALLOWED_USERLESS'),
      work_profile_company: await qr('PERSONAL_USAGE_ALLOWED'),
      work_profile_personal: { link: `https://enterprise.google.com/android/enroll?et=${own['value']}` },
    });
    assert.equal(enlisted.length, 30);
    for (const { recruit, device } of enlisted)
      assert.deepEqual([device.mode, device.androidVersion], [recruit.mode, recruit.androidVersion], recruit.label);
    assert.deepEqual(new Set(enlisted.map(({ device }) => device.mode)), new Set(ANDROID_MODES));
    assert.ok(new Set(enlisted.map(({ device }) => device.serialNumber)).size === 30);
    assert.ok(ANDROID_FLEET.filter(({ flaw }) => flaw !== undefined).length >= 10);
    assert.deepEqual(await stage.control.violations(), []);
  });
});

describe('blueprints', () => {
  test('the same seed is the same device', () => {
    assert.deepEqual(makeAndroidBlueprint({ seed: 'a' }), makeAndroidBlueprint({ seed: 'a' }));
    assert.notEqual(makeAndroidBlueprint({ seed: 'a' }).serialNumber, makeAndroidBlueprint({ seed: 'b' }).serialNumber);
  });

  test('every version from 9 to 16 and every model can be had, and no model an Android that it never ran', () => {
    for (const androidVersion of Object.values(API_LEVELS)) {
      const { model, apiLevel } = makeAndroidBlueprint({ seed: androidVersion, androidVersion });
      assert.ok(apiLevel >= model.apiLevels[0] && apiLevel <= model.apiLevels[1]);
    }
    for (const { product } of ANDROID_MODELS)
      assert.equal(makeAndroidBlueprint({ seed: 'm', model: product }).model.product, product);
    assert.throws(() => makeAndroidBlueprint({ seed: 'x', model: 'Pixel 9', androidVersion: '9' }), /runs Android 9/);
  });
});
