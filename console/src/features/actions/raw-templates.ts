import type { Output } from '../../app/api.ts';

type RawCommand = Output<'listRawCommands'>['items'][number];
/** How a platform's own commands are written: the name of the parameter that carries them. */
export type RawLanguage = 'plist' | 'syncml';

const INDENT = '  ';

/** A command ready to be filled in. */
export const TEMPLATES: Readonly<Record<RawLanguage, (command: RawCommand) => string>> = {
  plist: propertyListOf,
  syncml: syncmlOf,
};

/** The command with its required keys. */
function propertyListOf(command: RawCommand): string {
  const keys = command.keys
    .filter((key) => key.required && key.name !== 'RequestType')
    .flatMap((key) => [`<key>${key.name}</key>`, emptyOf(key.type)]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<plist version="1.0">',
    '<dict>',
    ...['<key>RequestType</key>', `<string>${command.requestType}</string>`, ...keys].map((line) => INDENT + line),
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

function emptyOf(type: string): string {
  const kind = type.replace(/[<>]/g, '').toLowerCase();
  if (kind === 'boolean') return '<false/>';
  if (kind === 'integer' || kind === 'real') return `<${kind}>0</${kind}>`;
  if (kind.startsWith('array')) return '<array/>';
  if (kind.startsWith('dict')) return '<dict/>';
  return kind === 'data' ? '<data></data>' : '<string></string>';
}

/** One command on one node; what is written to a node has its format beside it. */
function syncmlOf({ requestType, keys }: RawCommand): string {
  const data = keys.some(({ name, required }) => name === 'Data' && required)
    ? ['<Meta><Format xmlns="syncml:metinf">chr</Format></Meta>', '<Data></Data>']
    : [];
  const item = ['<Target><LocURI>./</LocURI></Target>', ...data].map((line) => INDENT.repeat(2) + line);
  return [
    `<${requestType}>`,
    `${INDENT}<CmdID>1</CmdID>`,
    `${INDENT}<Item>`,
    ...item,
    `${INDENT}</Item>`,
    `</${requestType}>`,
    '',
  ].join('\n');
}
