import { type CommandProblem, commandProblem, type Reserved, reservedProblem } from './command-check.ts';
import { type Command, FORMATS, type Format, type Item, type SimpleCommand, VERBS } from './model.ts';
import { METINF_NS, SYNCML_NS } from './syncml.ts';
import { childrenOf, childText, findChild, getChild, readXml, type XmlElement, XmlError } from './xml.ts';

/** Largest fragment an expert may queue, in bytes, and how many commands it may have. Our choice. */
export const RAW_LIMITS = { bytes: 128 * 1024, commands: 50 } as const;

export type RawProblem =
  | { readonly code: 'xml'; readonly xml: XmlError['code']; readonly position: number; readonly element?: string }
  | { readonly code: 'unknown_command'; readonly element: string }
  | { readonly code: 'nested_atomic' | 'no_commands' | 'too_many_commands' }
  | { readonly code: 'bad_format'; readonly target: string }
  | CommandProblem;

export type RawResult = { readonly commands: readonly Command[] } | { readonly problem: RawProblem };

const OPEN = `<SyncBody xmlns="${SYNCML_NS}" xmlns:m="${METINF_NS}">`;

/**
 * Reads what an expert wrote: SyncML commands one after the other, or a `SyncBody`, or a whole `SyncML`. CmdIDs and `Final`
 * are dropped: the server gives its own. `allowed` names the reserved nodes that may be changed. Says what is wrong rather
 * than throwing; `position` counts characters of `text`.
 */
export function readRawCommands(text: string, allowed: readonly Reserved[] = []): RawResult {
  try {
    const body = bodyOf(text);
    const commands = body.children.filter(({ name }) => name !== 'Final').map(commandOf);
    if (commands.length === 0) return { problem: { code: 'no_commands' } };
    if (commands.length > RAW_LIMITS.commands) return { problem: { code: 'too_many_commands' } };
    for (const command of commands) {
      const problem = commandProblem(command) ?? reservedProblem(command, allowed);
      if (problem !== undefined) return { problem };
    }
    return { commands };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.problem };
    if (!(error instanceof XmlError)) throw error;
    const { code, position, element } = error;
    return { problem: { code: 'xml', xml: code, position, ...(element === undefined ? {} : { element }) } };
  }
}

class Refused extends Error {
  readonly problem: RawProblem;
  constructor(problem: RawProblem) {
    super(problem.code);
    this.problem = problem;
  }
}

function bodyOf(text: string): XmlElement {
  const trimmed = text.replace(/^\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*/, '');
  const whole = /^<(?:[\w.-]+:)?(?:SyncML|SyncBody)[\s>/]/.test(trimmed);
  const [before, after] = whole ? ['', ''] : [OPEN, '</SyncBody>'];
  const skipped = text.length - trimmed.length - before.length;
  let root: XmlElement;
  try {
    root = readXml(Buffer.from(before + trimmed + after, 'utf8'), { maxBytes: RAW_LIMITS.bytes + OPEN.length * 2 });
  } catch (error) {
    if (!(error instanceof XmlError) || error.position < 0) throw error;
    const position = Math.min(Math.max(error.position + skipped, 0), text.length);
    throw new XmlError(error.code, position, error.element);
  }
  if (root.ns !== SYNCML_NS) throw new XmlError('missing_element', -1, 'SyncBody');
  return root.name === 'SyncML' ? getChild(root, 'SyncBody') : root;
}

function commandOf(element: XmlElement): Command {
  if (element.name !== 'Atomic') return simpleOf(element);
  const children = element.children.filter(({ name }) => name !== 'CmdID' && name !== 'Meta');
  if (children.some(({ name }) => name === 'Atomic')) throw new Refused({ code: 'nested_atomic' });
  return { verb: 'Atomic', commands: children.map(simpleOf) };
}

function simpleOf(element: XmlElement): SimpleCommand {
  const verb = VERBS.find((one) => one === element.name);
  if (verb === undefined) throw new Refused({ code: 'unknown_command', element: element.name.slice(0, 64) });
  return { verb, items: childrenOf(element, 'Item').map((item) => itemOf(item, findChild(element, 'Meta'))) };
}

function itemOf(item: XmlElement, shared: XmlElement | undefined): Item {
  const target = childText(getChild(item, 'Target'), 'LocURI') ?? '';
  const meta = findChild(item, 'Meta') ?? shared;
  const data = findChild(item, 'Data');
  // The device would read no text here: what looks like a value must be escaped (fact sheet 8.3, 16316).
  if (data !== undefined && data.children.length > 0) throw new XmlError('bad_value', -1, 'Data');
  const type = meta && childText(meta, 'Type');
  const format = meta && formatOf(childText(meta, 'Format'), target);
  return {
    target,
    ...(format === undefined ? {} : { format }),
    ...(type === undefined || type === '' ? {} : { type }),
    ...(data === undefined ? {} : { data: data.text }),
  };
}

function formatOf(text: string | undefined, target: string): Format | undefined {
  if (text === undefined || text === '') return undefined;
  const format = FORMATS.find((one) => one === text);
  if (format === undefined) throw new Refused({ code: 'bad_format', target });
  return format;
}
