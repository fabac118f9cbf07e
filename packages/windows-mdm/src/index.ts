/** Windows MDM as a pure library: enrollment (MS-MDE2, MS-XCEP, MS-WSTEP), OMA DM sessions (MS-MDM), CSPs. */
export * from './deep-link.ts';
export * from './discovery.ts';
export * from './faults.ts';
export * from './model.ts';
export * from './policy.ts';
export * from './provisioning.ts';
export * from './provisioning-package.ts';
export * from './security.ts';
export * from './soap.ts';
export * from './wstep.ts';
export * from './xml.ts';
export * from './xml-write.ts';
