import { type Aftermath, NodeRefused, type Pc } from './csp/rule.ts';
import { insist } from './mistakes.ts';
import type { WindowsState } from './state.ts';
import type { ServerCommand, ServerItem } from './syncml-read.ts';
import type { Part, ResultPart } from './syncml-write.ts';
import { CspTree, findFormat } from './tree.ts';

/** What the commands of one message came to. */
export type Executed = {
  readonly parts: readonly Part[];
  /** The PC left the management in the middle of the message: no answer goes out. */
  readonly aborted: boolean;
  /** The server asked for the next message, or ended the session. */
  readonly asked: '1222' | '1223' | undefined;
};

type Status = { readonly code: number; readonly originalError?: string; readonly results?: readonly ResultPart[] };

/** What a test makes a PC do wrong. */
export type NodeFault = { readonly target: string; readonly status: number; readonly times: number };

/** Runs commands in document order. What they do to the PC beyond its state is in `pc.aftermath`. */
export class Executor {
  readonly #pc: Pc;
  readonly #tree: CspTree;
  readonly #faults: NodeFault[];
  #msgRef = '';

  constructor(pc: Pc, faults: NodeFault[]) {
    this.#pc = pc;
    this.#tree = new CspTree(pc);
    this.#faults = faults;
  }

  run(commands: readonly ServerCommand[], msgRef: string): Executed {
    this.#msgRef = msgRef;
    const parts: Part[] = [];
    let asked: Executed['asked'];
    for (const command of commands) {
      parts.push(...this.#command(command));
      if (command.kind === 'Alert' && (command.code === '1222' || command.code === '1223')) asked = command.code;
      if (this.#pc.aftermath.some(({ kind }) => kind === 'unenroll')) return { parts, aborted: true, asked };
    }
    return { parts, aborted: false, asked };
  }

  #command(command: ServerCommand): readonly Part[] {
    const { cmdId, kind } = command;
    switch (command.kind) {
      case 'malformed':
        return [{ kind: 'status', msgRef: this.#msgRef, cmdRef: cmdId, cmd: command.name, code: 400 }];
      case 'Alert':
        return [{ kind: 'status', msgRef: this.#msgRef, cmdRef: cmdId, cmd: kind, code: 200 }];
      case 'Atomic':
        return this.#atomic(command);
      case 'Sequence':
        return [
          { kind: 'status', msgRef: this.#msgRef, cmdRef: cmdId, cmd: kind, code: 200 },
          ...command.commands.flatMap((one) => this.#command(one)),
        ];
      default:
        return this.#items(command);
    }
  }

  /** One Status for the command when all went alike, else one for each Item. */
  #items(command: Extract<ServerCommand, { items: readonly ServerItem[] }>): readonly Part[] {
    const outcomes = command.items.map((item) => ({ item, status: this.#item(command.kind, item) }));
    const results = outcomes.flatMap(({ status }) => status.results ?? []);
    const alike = outcomes.every(({ status }) => status.code === outcomes[0]?.status.code);
    const shown = alike ? outcomes.slice(0, 1) : outcomes;
    return [
      ...shown.map(
        ({ item, status }): Part => ({
          kind: 'status',
          msgRef: this.#msgRef,
          cmdRef: command.cmdId,
          cmd: command.kind,
          code: status.code,
          ...(alike ? {} : { targetRef: item.target }),
          ...(status.originalError === undefined ? {} : { originalError: status.originalError }),
        }),
      ),
      ...(results.length === 0
        ? []
        : [{ kind: 'results', msgRef: this.#msgRef, cmdRef: command.cmdId, items: results } as const]),
    ];
  }

  #item(kind: 'Get' | 'Add' | 'Replace' | 'Delete' | 'Exec', { target, format: word, data }: ServerItem): Status {
    const fault = this.#faults.find((one) => one.target === target && one.times > 0);
    if (fault !== undefined) {
      this.#faults.splice(this.#faults.indexOf(fault), 1, { ...fault, times: fault.times - 1 });
      return { code: fault.status };
    }
    const format = word === undefined ? undefined : findFormat(word);
    try {
      insist(word === undefined || format !== undefined, 'session', `has the unknown format ${word}`);
      switch (kind) {
        case 'Get':
          return { code: 200, results: this.#tree.get(target) };
        case 'Add':
          this.#tree.add(target, format, data);
          break;
        case 'Replace':
          this.#tree.replace(target, format, data);
          break;
        case 'Delete':
          this.#tree.delete(target);
          break;
        case 'Exec':
          return { code: this.#tree.exec(target, format, data) };
      }
      return { code: 200 };
    } catch (error) {
      if (!(error instanceof NodeRefused)) throw error;
      return {
        code: error.status,
        ...(error.originalError === undefined ? {} : { originalError: error.originalError }),
      };
    }
  }

  /** All or nothing. The culprit shows its own status, those before it 216, those after it 215. */
  #atomic(command: Extract<ServerCommand, { kind: 'Atomic' | 'Sequence' }>): readonly Part[] {
    const before = structuredClone(this.#pc.state);
    const credential = { ...this.#pc.account.credential };
    const planned: readonly Aftermath[] = [...this.#pc.aftermath];
    const done: Part[] = [];
    for (const [index, child] of command.commands.entries()) {
      const parts = legalInAtomic(child)
        ? this.#command(child)
        : [{ kind: 'status', msgRef: this.#msgRef, cmdRef: child.cmdId, cmd: nameOf(child), code: 500 } as const];
      const failed = parts.some((part) => part.kind === 'status' && (part.code < 200 || part.code > 299));
      if (!failed) {
        done.push(...parts);
        continue;
      }
      restore(this.#pc.state, before);
      Object.assign(this.#pc.account.credential, credential);
      this.#pc.aftermath.splice(0, this.#pc.aftermath.length, ...planned);
      return [
        { kind: 'status', msgRef: this.#msgRef, cmdRef: command.cmdId, cmd: 'Atomic', code: 507 },
        ...done.map((part): Part => (part.kind === 'status' ? { ...part, code: 216 } : part)),
        ...parts,
        ...command.commands
          .slice(index + 1)
          .map(
            (one): Part => ({ kind: 'status', msgRef: this.#msgRef, cmdRef: one.cmdId, cmd: nameOf(one), code: 215 }),
          ),
      ];
    }
    return [{ kind: 'status', msgRef: this.#msgRef, cmdRef: command.cmdId, cmd: 'Atomic', code: 200 }, ...done];
  }
}

function legalInAtomic({ kind }: ServerCommand): boolean {
  return kind === 'Add' || kind === 'Replace' || kind === 'Delete' || kind === 'Exec' || kind === 'malformed';
}

function nameOf(command: ServerCommand): string {
  return command.kind === 'malformed' ? command.name : command.kind;
}

/** The record stays, its fields go back. */
function restore(state: WindowsState, before: WindowsState): void {
  Object.assign(state, before);
}
