/** Formats of a node's value (OMA DM 1.2, DFFormat). */
export const FORMATS = ['chr', 'int', 'bool', 'b64', 'bin', 'xml', 'node', 'null', 'float', 'date', 'time'] as const;
export type Format = (typeof FORMATS)[number];

/** One node that a command addresses. `target` is a LocURI (`./Device/Vendor/MSFT/...`), segments percent-encoded. */
export type Item = {
  readonly target: string;
  readonly format?: Format | undefined;
  /** MIME type; `text/plain` unless the node wants another. */
  readonly type?: string | undefined;
  /** The value as text, not escaped: the writer escapes it. */
  readonly data?: string | undefined;
};

export const VERBS = ['Get', 'Add', 'Replace', 'Delete', 'Exec'] as const;
export type Verb = (typeof VERBS)[number];
export type SimpleCommand = { readonly verb: Verb; readonly items: readonly Item[] };
/** All of its commands or none; no Get and no Atomic inside (OMA DM 1.2, Windows' restrictions). */
export type AtomicCommand = { readonly verb: 'Atomic'; readonly commands: readonly SimpleCommand[] };
/** What the server tells a device. CmdIDs are given when a message is written. */
export type Command = SimpleCommand | AtomicCommand;

/** One value that a device returned for a Get. */
export type ResultItem = {
  readonly source: string;
  readonly format: Format | undefined;
  readonly type: string | undefined;
  readonly data: string;
};

/** What the device said to one item of a command: a status of its own, or the command's. */
export type ItemStatus = {
  readonly target: string;
  readonly status: number;
  /** HRESULT of the node, `0x...`, when the device says it (`msft:originalerror`). */
  readonly originalError: string | undefined;
};

/** Everything that a device said to one command. */
export type CommandOutcome = {
  readonly status: number;
  readonly originalError: string | undefined;
  /** By item, in the order of the command. */
  readonly items: readonly ItemStatus[];
  readonly results: readonly ResultItem[];
  /** Of an Atomic: its commands', in order. */
  readonly commands?: readonly CommandOutcome[] | undefined;
};
