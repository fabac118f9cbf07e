import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from './architecture.ts';

const REFUSED = [
  {
    path: 'server/src/rooms/accounts/service.ts',
    text: "import { x } from '../../compose.ts';",
    rule: /given what they use/,
  },
  { path: 'server/src/base/db.ts', text: "import { x } from '../rooms/devices/index.ts';", rule: /base knows nothing/ },
  { path: 'server/src/rooms/actions/service.ts', text: "import { x } from '../devices/store.ts';", rule: /index\.ts/ },
  {
    path: 'server/src/rooms/devices/service.ts',
    text: "import type { X } from '../apple/index.ts';",
    rule: /not above/,
  },
  { path: 'server/src/rooms/devices/model.ts', text: "import { x } from './service.ts';", rule: /below/ },
  { path: 'server/src/rooms/accounts/a.walk.test.ts', text: "import '../devices/store.ts';", rule: /index\.ts/ },
  { path: 'server/src/rooms/devices/service.ts', text: 'const a = process.env.HOME;', rule: /environment/ },
  { path: 'server/src/rooms/devices/service.ts', text: "import { x } from '@tsukasa/fakes';", rule: /may not/ },
  {
    path: 'packages/apple-mdm/src/plist.ts',
    text: "import { readFile } from 'node:fs/promises';",
    rule: /input or output/,
  },
  { path: 'packages/apple-mdm/src/plist.ts', text: 'const now = Date.now();', rule: /clock/ },
  { path: 'packages/api/src/route.ts', text: "import { x } from '@tsukasa/cms';", rule: /may not/ },
  { path: 'console/src/app.tsx', text: "import { x } from '../../server/src/base/ids.ts';", rule: /another part/ },
  { path: 'fakes/src/demo.ts', text: "const s = await import('../../server/src/main.ts');", rule: /another part/ },
  ...[
    "if (device.platform === 'apple') x();",
    'if (platform !== "windows") x();',
    "switch (platform) { case 'android': x(); }",
    "const mac = device.osFamily === 'macOS';",
    "if ('iOS' === family) x();",
    'const is = PLATFORMS[0] === platform;',
  ].map((text) => ({ path: 'server/src/rooms/devices/service.ts', text, rule: /compares with a platform/ })),
  { path: 'cli/src/commands.ts', text: "if (device.platform === 'apple') x();", rule: /ask its dialect/ },
  { path: 'console/src/features/a.tsx', text: "if (device.osFamily === 'Windows') x();", rule: /ask its dialect/ },
  { path: 'cli/src/main.ts', text: "import {\n  a,\n  b,\n} from '@tsukasa/api/src/route.ts';", rule: /door/ },
];

for (const { path, text, rule } of REFUSED) {
  test(`refuses in ${path}: ${text.slice(0, 60)}`, () => {
    const findings = checkFile({ path, text });
    assert.equal(findings.length, 1, findings.join('\n'));
    assert.match(findings[0] ?? '', rule);
  });
}

const ALLOWED = [
  { path: 'server/src/rooms/accounts/walk.test.ts', text: "import { compose } from '../../compose.ts';" },
  { path: 'server/src/rooms/accounts/hostile.walk.test.ts', text: "import { x } from '../devices/index.ts';" },
  {
    path: 'server/src/rooms/actions/service.ts',
    text: "import { x } from '../devices/index.ts';\nimport { y } from './store.ts';",
  },
  { path: 'server/src/rooms/actions/service.test.ts', text: "import { x } from '@tsukasa/fakes';" },
  { path: 'server/src/rooms/windows/dialect.ts', text: "if (family === 'Windows') x();" },
  { path: 'server/src/rooms/devices/service.test.ts', text: "if (platform === 'apple') x();" },
  { path: 'server/src/rooms/devices/service.ts', text: "const platform = 'apple'; // never platform === 'apple'" },
  { path: 'server/src/base/postgres/a.ts', text: "const is = process.platform === 'windows' || window === 'other';" },
  { path: 'console/src/shared/platforms.tsx', text: "if (platform === 'android') x();" },
  { path: 'server/src/base/http/routes.ts', text: "import type { Route } from '@tsukasa/api';" },
  { path: 'packages/scep/src/index.ts', text: "import { x } from '@tsukasa/cms';\n// never Date.now() here" },
];

for (const { path, text } of ALLOWED) {
  test(`allows in ${path}: ${text.slice(0, 60)}`, () => assert.deepEqual(checkFile({ path, text }), []));
}
