import { applicationResource } from '../catalogue.ts';
import { invalidField } from '../errors.ts';
import { merge } from '../masks.ts';
import type { Message } from '../validate.ts';
import { entry, HEX, idsOf, page } from '../world.ts';
import { type Call, enterpriseOf, type Handler, list, queryText, text } from './call.ts';

const PLAIN_MODES = ['MINIMAL_UI', 'DISPLAY_MODE_UNSPECIFIED', undefined];
const KEPT = ['name', 'versionCode'];

export const getApplication: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  const application = entry(call.world.catalogue, idsOf(call.name)[1], call.name);
  return applicationResource(enterprise.name, application, call.world.clock.stamp());
};

export const createWebToken: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  const { world, body } = call;
  if (text(body, 'parentFrameUrl')?.startsWith('https://') !== true)
    throw invalidField('parentFrameUrl', 'must be an https URL');
  const features = body['enabledFeatures'];
  if (Array.isArray(features) && features.includes('FEATURE_UNSPECIFIED'))
    throw invalidField('enabledFeatures', 'must name features');
  const name = `${enterprise.name}/webTokens/${world.draw(16, HEX)}`;
  return { ...body, name, value: world.draw(40, HEX) };
};

export const createWebApp: Handler = (call) => {
  const enterprise = enterpriseOf(call);
  check(call.body);
  const id = `com.google.enterprise.webapp.x${call.world.draw(16, HEX)}`;
  const name = `${enterprise.name}/webApps/${id}`;
  const webApp = { ...call.body, name, versionCode: '1' };
  enterprise.webApps.set(id, webApp);
  publish(call, id, webApp);
  return webApp;
};

function check(webApp: Message): void {
  const startUrl = text(webApp, 'startUrl');
  const title = text(webApp, 'title');
  if (title === undefined) throw invalidField('title', 'is required');
  if (title.length >= 30) throw invalidField('title', 'must be shorter than 30 characters');
  if (startUrl === undefined || !URL.canParse(startUrl)) throw invalidField('startUrl', 'must be a URL');
  if (!PLAIN_MODES.includes(text(webApp, 'displayMode')) && !startUrl.startsWith('https://'))
    throw invalidField('displayMode', 'needs an https URL');
  for (const [index, icon] of list(webApp, 'icons').entries())
    if (text(icon, 'imageData') === undefined) throw invalidField(`icons[${index}].imageData`, 'is required');
}

/** A web app can be named in policies like any application. */
function publish({ world }: Call, packageName: string, webApp: Message): void {
  const versionCode = Number(webApp['versionCode']);
  world.catalogue.set(packageName, {
    packageName,
    title: text(webApp, 'title') ?? packageName,
    author: '',
    category: 'PRODUCTIVITY',
    versionCode,
    versionName: String(versionCode),
    minAndroidSdkVersion: 26,
  });
}

export const getWebApp: Handler = (call) => entry(enterpriseOf(call).webApps, idsOf(call.name)[1], call.name);

export const listWebApps: Handler = (call) => {
  const { items, ...next } = page([...enterpriseOf(call).webApps.values()], call.query, { usual: 100, most: 100 });
  return { webApps: items, ...next };
};

export const patchWebApp: Handler = (call) => {
  const { webApps } = enterpriseOf(call);
  const id = idsOf(call.name)[1];
  const current = entry(webApps, id, call.name);
  const merged = merge(call.discovery, 'WebApp', current, call.body, {
    mask: queryText(call, 'updateMask'),
    kept: KEPT,
  });
  check(merged);
  const next = { ...merged, versionCode: String(Number(current['versionCode']) + 1) };
  webApps.set(id, next);
  publish(call, id, next);
  return next;
};

export const deleteWebApp: Handler = (call) => {
  const { webApps } = enterpriseOf(call);
  const id = idsOf(call.name)[1];
  entry(webApps, id, call.name);
  webApps.delete(id);
  call.world.catalogue.delete(id);
  return {};
};
