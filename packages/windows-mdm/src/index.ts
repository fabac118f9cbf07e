/** Windows MDM as a pure library: enrollment (MS-MDE2, MS-XCEP, MS-WSTEP), OMA DM sessions (MS-MDM), CSPs. */
export * from './model.ts';
export * from './xml.ts';
export * from './xml-write.ts';
