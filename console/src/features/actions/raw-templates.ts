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

/** One command on one node; what is written to a node has its format beside it. `requestType` is `Get ./DevDetail/SwV`. */
function syncmlOf({ requestType, keys }: RawCommand): string {
  const [verb = 'Get', uri = './'] = requestType.split(' ', 2);
  const format = keys.find(({ name }) => name === 'Data')?.type;
  const data =
    format === undefined
      ? []
      : [
          `<Meta><Format xmlns="syncml:metinf">${format}</Format></Meta>`,
          ...(format === 'null' ? [] : ['<Data></Data>']),
        ];
  const item = [`<Target><LocURI>${escaped(uri)}</LocURI></Target>`, ...data].map((line) => INDENT.repeat(2) + line);
  return [
    `<${verb}>`,
    `${INDENT}<CmdID>1</CmdID>`,
    `${INDENT}<Item>`,
    ...item,
    `${INDENT}</Item>`,
    `</${verb}>`,
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
