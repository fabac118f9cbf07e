/** Platforms as Apple's schema names them; iPadOS is part of `iOS` there. */
export const SCHEMA_PLATFORMS = ['iOS', 'macOS', 'tvOS', 'visionOS', 'watchOS'] as const;
export type SchemaPlatform = (typeof SCHEMA_PLATFORMS)[number];

export const USER_ENROLLMENT_MODES = ['allowed', 'forbidden', 'required'] as const;
export type UserEnrollmentMode = (typeof USER_ENROLLMENT_MODES)[number];
export const SHARED_IPAD_MODES = ['allowed', 'forbidden', 'required', 'ignored'] as const;
export type SharedIPadMode = (typeof SHARED_IPAD_MODES)[number];

/** Shared iPad conditions of a gate; an absent member says nothing. */
export type SharedIPadGate = {
  readonly mode?: SharedIPadMode;
  readonly deviceChannel?: boolean;
  readonly userChannel?: boolean;
};

/**
 * Conditions on one platform. On a command an absent member means "no condition"; on a key it means "as the command".
 * `accessRights` is a bit mask in which every bit is needed. Versions are dotted numbers.
 */
export type Gate = {
  readonly introduced?: string;
  readonly deprecated?: string;
  readonly removed?: string;
  readonly supervised?: true;
  readonly requiresDep?: true;
  readonly accessRights?: number;
  readonly deviceChannel?: boolean;
  readonly userChannel?: boolean;
  readonly sharedIPad?: SharedIPadGate;
  readonly userEnrollment?: UserEnrollmentMode;
};

/** Conditions by platform. `n/a`: not there at all. A platform a command does not name is `n/a`; for a key it is as the command. */
export type Gates = { readonly [P in SchemaPlatform]?: Gate | 'n/a' };

export const KEY_TYPES = [
  'string',
  'integer',
  'real',
  'boolean',
  'date',
  'data',
  'array',
  'dictionary',
  'any',
] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** One key of a command, an answer or a check-in message. */
export type KeyFact = {
  readonly name: string;
  readonly type: KeyType;
  readonly required?: true;
  readonly default?: string | number | boolean;
  readonly values?: readonly (string | number)[];
  readonly min?: number;
  readonly max?: number;
  readonly os?: Gates;
  /** The keys of a dictionary. */
  readonly keys?: readonly KeyFact[];
  /** What stands under every key of a dictionary whose keys are free. */
  readonly anyKey?: KeyFact;
  /** The element of an array. */
  readonly item?: KeyFact;
  /** Of a string: the words it may be. Of an array: the dictionaries it may hold, told apart by `Item`. */
  readonly choices?: readonly KeyFact[];
};

/** One command as derived from the schema, before our own words are added. */
export type CommandFact = {
  readonly requestType: string;
  readonly os: Gates;
  readonly keys?: readonly KeyFact[];
};

/** The keys of the answer to one command, beside those every report has. */
export type ResponseFact = { readonly requestType: string; readonly keys: readonly KeyFact[] };

/** One check-in message. */
export type CheckinFact = {
  readonly messageType: string;
  readonly os: Gates;
  readonly keys: readonly KeyFact[];
  readonly response?: readonly KeyFact[];
};

export const ENROLLMENT_CLASSES = ['supervised', 'device', 'user', 'local'] as const;
export type EnrollmentClass = (typeof ENROLLMENT_CLASSES)[number];

export const STATUS_SCOPES = ['system', 'user'] as const;
export type StatusScope = (typeof STATUS_SCOPES)[number];

/** Where a status item is reported: from which version, by which enrolments and on which channels; on Shared iPad others. */
export type StatusGate = {
  readonly introduced: string;
  readonly enrollments: readonly EnrollmentClass[];
  readonly scopes: readonly StatusScope[];
  readonly sharedIPad?: readonly StatusScope[];
};

/** One status item of declarative management; a platform absent from `os` does not report it. */
export type StatusItemFact = {
  readonly name: string;
  readonly type: KeyType;
  readonly os: { readonly [P in SchemaPlatform]?: StatusGate };
};
