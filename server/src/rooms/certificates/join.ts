import type { IdentityBindings, RevocationListener } from './model.ts';

/** What several dialects know, as one. Each certificate belongs to at most one of them. */
export function joinBindings(all: readonly IdentityBindings[]): IdentityBindings {
  return {
    ofDevice: async (tx, contractorId, deviceId) => {
      const found = [];
      for (const each of all) found.push(...(await each.ofDevice(tx, contractorId, deviceId)));
      return found;
    },
    ofSerial: async (tx, contractorId, serial) => {
      for (const each of all) {
        const found = await each.ofSerial(tx, contractorId, serial);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

/** Tells every dialect, in the same transaction. */
export function joinRevocations(all: readonly RevocationListener[]): RevocationListener {
  return {
    revoked: async (tx, contractorId, certificate) => {
      for (const each of all) await each.revoked(tx, contractorId, certificate);
    },
  };
}
