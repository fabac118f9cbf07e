// Derived from Apple's device management schema by scripts/derive-catalogue.ts; see NOTICE.md. Do not edit.
import type { StatusItemFact } from './model.ts';

/** Facts of the schema of the iOS 18.1 and macOS 15.1 generation, in order of name. */
export const STATUS_ITEM_FACTS: readonly StatusItemFact[] = [
  {
    name: 'account.list.caldav',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.carddav',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.exchange',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.google',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.ldap',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.mail.incoming',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.mail.outgoing',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'account.list.subscribed-calendar',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['user'],
      },
      macOS: { introduced: '14.0', enrollments: ['supervised', 'user', 'local'], scopes: ['user'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'app.managed.list',
    type: 'array',
    os: {
      iOS: {
        introduced: '17.2',
        enrollments: ['supervised', 'device', 'user'],
        scopes: ['system'],
        sharedIPad: ['system'],
      },
    },
  },
  {
    name: 'device.identifier.serial-number',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.identifier.udid',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.model.family',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.model.identifier',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.model.marketing-name',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.model.number',
    type: 'string',
    os: {
      iOS: {
        introduced: '17.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '14.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '17.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.build-version',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.family',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.marketing-name',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.supplemental.build-version',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.1',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.1', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.supplemental.extra-version',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.1',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.1', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.operating-system.version',
    type: 'string',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'device.power.battery-health',
    type: 'string',
    os: {
      iOS: {
        introduced: '17.0',
        enrollments: ['supervised', 'device', 'local'],
        scopes: ['system'],
        sharedIPad: ['system'],
      },
      macOS: { introduced: '14.4', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'diskmanagement.filevault.enabled',
    type: 'boolean',
    os: { macOS: { introduced: '14.0', enrollments: ['supervised', 'local'], scopes: ['system'] } },
  },
  {
    name: 'management.client-capabilities',
    type: 'dictionary',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'management.declarations',
    type: 'dictionary',
    os: {
      iOS: {
        introduced: '15.0',
        enrollments: ['supervised', 'device', 'user'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'mdm.app',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'passcode.is-compliant',
    type: 'boolean',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'passcode.is-present',
    type: 'boolean',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'screensharing.connection.group.unresolved-connection',
    type: 'array',
    os: { macOS: { introduced: '14.1', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] } },
  },
  {
    name: 'security.certificate.list',
    type: 'array',
    os: {
      iOS: {
        introduced: '17.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '14.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '17.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'services.background-task',
    type: 'array',
    os: { macOS: { introduced: '14.0', enrollments: ['supervised', 'local'], scopes: ['system'] } },
  },
  {
    name: 'softwareupdate.beta-enrollment',
    type: 'string',
    os: {
      iOS: { introduced: '18.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '15.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'softwareupdate.device-id',
    type: 'string',
    os: {
      iOS: { introduced: '18.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '15.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'softwareupdate.failure-reason',
    type: 'dictionary',
    os: {
      iOS: { introduced: '17.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '14.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'softwareupdate.install-reason',
    type: 'dictionary',
    os: {
      iOS: { introduced: '17.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '14.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'softwareupdate.install-state',
    type: 'string',
    os: {
      iOS: { introduced: '17.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '14.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'softwareupdate.pending-version',
    type: 'dictionary',
    os: {
      iOS: { introduced: '17.0', enrollments: ['supervised', 'device'], scopes: ['system'], sharedIPad: ['system'] },
      macOS: { introduced: '14.0', enrollments: ['supervised'], scopes: ['system'] },
    },
  },
  {
    name: 'test.array-value',
    type: 'array',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.boolean-value',
    type: 'boolean',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.dictionary-value',
    type: 'dictionary',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.error-value',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.integer-value',
    type: 'integer',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.real-value',
    type: 'real',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
  {
    name: 'test.string-value',
    type: 'string',
    os: {
      iOS: {
        introduced: '16.0',
        enrollments: ['supervised', 'device', 'user', 'local'],
        scopes: ['system'],
        sharedIPad: ['system', 'user'],
      },
      macOS: { introduced: '13.0', enrollments: ['supervised', 'user', 'local'], scopes: ['system', 'user'] },
      tvOS: { introduced: '16.0', enrollments: ['supervised', 'device', 'local'], scopes: ['system'] },
      visionOS: { introduced: '1.1', enrollments: ['supervised', 'device', 'user', 'local'], scopes: ['system'] },
      watchOS: { introduced: '10.0', enrollments: ['supervised', 'local'], scopes: ['system'] },
    },
  },
];
