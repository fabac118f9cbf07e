import { makeAndroidBlueprint } from '../android-device/index.ts';
import { optional, RequestProblem, text, word } from './fields.ts';
import { list } from './handlers/call.ts';
import type { Message } from './validate.ts';
import { HEX, type World } from './world.ts';

/**
 * A device scans the token of a sign-in detail: it opens the company's page with the id of what Google tells of it. Gives that
 * address; the page ends at an enrollment link.
 */
export function scanSigninToken(world: World, body: Message): { readonly url: string; readonly name: string } {
  const token = text(body['token'], 'token');
  const path = optional(body, 'path', word(['company', 'personal'] as const)) ?? 'company';
  for (const enterprise of world.enterprises.values()) {
    const detail = list(enterprise.resource, 'signinDetails').find((one) => one['signinEnrollmentToken'] === token);
    if (detail === undefined || enterprise.deleted) continue;
    const blueprint = makeAndroidBlueprint({ seed: optional(body, 'seed', text) ?? token });
    const id = world.draw(24, HEX);
    const name = `provisioningInfo/${id}`;
    const company = path === 'company';
    const { imei, meid } = blueprint;
    world.provisioning.set(name, {
      name,
      enterprise: enterprise.name,
      managementMode:
        company && detail['allowPersonalUsage'] !== 'PERSONAL_USAGE_ALLOWED' ? 'DEVICE_OWNER' : 'PROFILE_OWNER',
      ownership: company ? 'COMPANY_OWNED' : 'PERSONALLY_OWNED',
      apiLevel: blueprint.apiLevel,
      brand: blueprint.model.brand,
      model: blueprint.model.model,
      ...(company ? { serialNumber: blueprint.serialNumber } : {}),
      ...(company && imei !== undefined && meid !== undefined ? { imei, meid } : {}),
    });
    const url = new URL(String(detail['signinUrl']));
    url.searchParams.set('provisioningInfo', id);
    return { url: url.href, name };
  }
  throw new RequestProblem(404, 'no sign-in detail has this token');
}
