import type { PlistDict } from '@tsukasa/apple-mdm';
import { checkProfile, hasMdmPayload, openProfile, ProfileRefused } from '../profile.ts';
import { type Answer, type CommandContext, done, failed, type InstalledProfile, MDM_ERROR } from '../state.ts';

/** Installs over one with the same identifier. A profile with an MDM payload renews the enrollment (fact sheet 1.5). */
export async function installProfile(context: CommandContext, command: PlistDict): Promise<Answer> {
  if (!Buffer.isBuffer(command.Payload)) return failed(MDM_ERROR.malformedRequest, 'Payload is no data.');
  try {
    const { bytes, signer } = openProfile(command.Payload);
    const profile = checkProfile(bytes);
    if (hasMdmPayload(profile)) return await context.renew(bytes);
    const installed: InstalledProfile = {
      identifier: profile.identifier,
      uuid: profile.uuid,
      managed: true,
      content: profile.raw,
      payloads: profile.payloads,
      ...(signer === undefined ? {} : { signer }),
    };
    const others = context.state.profiles.filter(({ identifier }) => identifier !== profile.identifier);
    context.state.profiles = [...others, installed];
    return done;
  } catch (error) {
    if (error instanceof ProfileRefused) return failed(4001, error.message, 'MCInstallationErrorDomain');
    throw error;
  }
}

/** Removing the enrollment profile ends the enrollment, and with it goes every managed profile. */
export function removeProfile({ state, enrollmentIdentifier }: CommandContext, command: PlistDict): Answer {
  const { Identifier: identifier } = command;
  if (identifier === enrollmentIdentifier) return { status: 'Acknowledged', aftermath: { kind: 'unenroll' } };
  const found = state.profiles.find((profile) => profile.identifier === identifier);
  if (found === undefined) return failed(MDM_ERROR.notManaged, 'There is no such profile.');
  if (!found.managed) return failed(MDM_ERROR.notManaged, 'The profile is not managed.');
  state.profiles = state.profiles.filter((profile) => profile !== found);
  return done;
}
