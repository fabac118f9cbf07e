// Derived from Apple's device management schema by scripts/derive-catalogue.ts; see NOTICE.md. Do not edit.
import type { CheckinFact } from './model.ts';

/** Facts of the schema of the iOS 18.1 and macOS 15.1 generation, in order of name. */
export const CHECKIN_FACTS: readonly CheckinFact[] = [
  {
    messageType: 'Authenticate',
    os: {
      iOS: {
        introduced: '4.0',
        sharedIPad: { mode: 'allowed', deviceChannel: true, userChannel: false },
        userEnrollment: 'allowed',
      },
      macOS: { introduced: '10.7', deviceChannel: true, userChannel: false, userEnrollment: 'allowed' },
      tvOS: { introduced: '10.2' },
      visionOS: { introduced: '1.1', userEnrollment: 'allowed' },
      watchOS: { introduced: '10.0' },
    },
    keys: [
      {
        name: 'DeviceName',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', tvOS: 'n/a', visionOS: 'n/a', watchOS: 'n/a' },
      },
      {
        name: 'ModelName',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', tvOS: 'n/a', visionOS: 'n/a', watchOS: 'n/a' },
      },
      {
        name: 'Model',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', tvOS: 'n/a', visionOS: 'n/a', watchOS: 'n/a' },
      },
      { name: 'MessageType', type: 'string', required: true, values: ['Authenticate'] },
      { name: 'Topic', type: 'string', required: true },
      {
        name: 'UDID',
        type: 'string',
        os: {
          iOS: { userEnrollment: 'forbidden' },
          macOS: { userEnrollment: 'forbidden' },
          visionOS: { userEnrollment: 'forbidden' },
        },
      },
      {
        name: 'EnrollmentID',
        type: 'string',
        os: {
          iOS: { introduced: '13.0', userEnrollment: 'required' },
          macOS: { introduced: '10.15', userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: { userEnrollment: 'required' },
          watchOS: 'n/a',
        },
      },
      {
        name: 'OSVersion',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16 },
          visionOS: { accessRights: 16 },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
      {
        name: 'BuildVersion',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16 },
          visionOS: { accessRights: 16 },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
      {
        name: 'ProductName',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16 },
          visionOS: { accessRights: 16 },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
      {
        name: 'SerialNumber',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16, userEnrollment: 'forbidden' },
          macOS: { accessRights: 16, userEnrollment: 'forbidden' },
          visionOS: { accessRights: 16, userEnrollment: 'forbidden' },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
      {
        name: 'IMEI',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16, userEnrollment: 'forbidden' },
          macOS: 'n/a',
          tvOS: 'n/a',
          visionOS: { accessRights: 16, userEnrollment: 'forbidden' },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
      {
        name: 'MEID',
        type: 'string',
        os: {
          iOS: { introduced: '9.0', accessRights: 16, userEnrollment: 'forbidden' },
          macOS: 'n/a',
          tvOS: 'n/a',
          visionOS: { accessRights: 16, userEnrollment: 'forbidden' },
          watchOS: { introduced: '10.0', accessRights: 16 },
        },
      },
    ],
  },
  {
    messageType: 'CheckOut',
    os: {
      iOS: {
        introduced: '4.0',
        sharedIPad: { mode: 'allowed', deviceChannel: true, userChannel: false },
        userEnrollment: 'allowed',
      },
      macOS: { introduced: '10.7', deviceChannel: true, userChannel: false, userEnrollment: 'allowed' },
      tvOS: { introduced: '10.2' },
      visionOS: { introduced: '1.1', userEnrollment: 'allowed' },
      watchOS: { introduced: '10.0' },
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['CheckOut'] },
      { name: 'Topic', type: 'string', required: true },
      {
        name: 'UDID',
        type: 'string',
        required: true,
        os: { iOS: { userEnrollment: 'forbidden' }, visionOS: { userEnrollment: 'forbidden' } },
      },
      {
        name: 'EnrollmentID',
        type: 'string',
        required: true,
        os: {
          iOS: { introduced: '13.0', userEnrollment: 'required' },
          macOS: { introduced: '10.15', userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: { userEnrollment: 'required' },
          watchOS: 'n/a',
        },
      },
    ],
  },
  {
    messageType: 'DeclarativeManagement',
    os: {
      iOS: {
        introduced: '15.0',
        sharedIPad: { mode: 'allowed', deviceChannel: true, userChannel: true },
        userEnrollment: 'allowed',
      },
      macOS: { introduced: '13.0', deviceChannel: true, userChannel: true, userEnrollment: 'allowed' },
      tvOS: { introduced: '16.0' },
      visionOS: { introduced: '1.1', userEnrollment: 'allowed' },
      watchOS: { introduced: '10.0' },
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['DeclarativeManagement'] },
      { name: 'Endpoint', type: 'string', required: true },
      { name: 'Data', type: 'data' },
      {
        name: 'UDID',
        type: 'string',
        required: true,
        os: {
          iOS: { userEnrollment: 'forbidden' },
          macOS: { userEnrollment: 'forbidden' },
          visionOS: { userEnrollment: 'forbidden' },
        },
      },
      {
        name: 'EnrollmentID',
        type: 'string',
        required: true,
        os: {
          iOS: { userEnrollment: 'required' },
          macOS: { userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: { userEnrollment: 'required' },
          watchOS: 'n/a',
        },
      },
      {
        name: 'EnrollmentUserID',
        type: 'string',
        required: true,
        os: {
          iOS: 'n/a',
          macOS: { deviceChannel: false, userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserShortName',
        type: 'string',
        os: {
          iOS: { sharedIPad: { mode: 'required' } },
          macOS: { deviceChannel: false },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserID',
        type: 'string',
        os: {
          iOS: { sharedIPad: { mode: 'required' } },
          macOS: { deviceChannel: false },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserLongName',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', macOS: { deviceChannel: false }, tvOS: 'n/a', visionOS: 'n/a', watchOS: 'n/a' },
      },
    ],
  },
  {
    messageType: 'GetBootstrapToken',
    os: {
      iOS: 'n/a',
      macOS: {
        introduced: '10.15',
        supervised: true,
        deviceChannel: true,
        userChannel: false,
        userEnrollment: 'forbidden',
      },
      tvOS: 'n/a',
      visionOS: 'n/a',
      watchOS: 'n/a',
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['GetBootstrapToken'] },
      { name: 'AwaitingConfiguration', type: 'boolean', default: false },
    ],
    response: [{ name: 'BootstrapToken', type: 'data' }],
  },
  {
    messageType: 'GetToken',
    os: {
      iOS: {
        introduced: '17.0',
        sharedIPad: { mode: 'allowed', deviceChannel: true, userChannel: true },
        userEnrollment: 'allowed',
      },
      macOS: { introduced: '14.0', deviceChannel: true, userChannel: true, userEnrollment: 'allowed' },
      tvOS: 'n/a',
      visionOS: { introduced: '1.1', userEnrollment: 'allowed' },
      watchOS: 'n/a',
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['GetToken'] },
      {
        name: 'TokenServiceType',
        type: 'string',
        required: true,
        values: ['com.apple.maid', 'com.apple.watch.pairing'],
      },
      {
        name: 'TokenParameters',
        type: 'dictionary',
        keys: [
          {
            name: 'SecurityToken',
            type: 'string',
            os: {
              iOS: { sharedIPad: { mode: 'forbidden' }, userEnrollment: 'forbidden' },
              macOS: 'n/a',
              visionOS: 'n/a',
            },
          },
          {
            name: 'PhoneUDID',
            type: 'string',
            os: {
              iOS: { sharedIPad: { mode: 'forbidden' }, userEnrollment: 'forbidden' },
              macOS: 'n/a',
              visionOS: 'n/a',
            },
          },
          {
            name: 'WatchUDID',
            type: 'string',
            os: {
              iOS: { sharedIPad: { mode: 'forbidden' }, userEnrollment: 'forbidden' },
              macOS: 'n/a',
              visionOS: 'n/a',
            },
          },
        ],
      },
      {
        name: 'UDID',
        type: 'string',
        required: true,
        os: {
          iOS: { userEnrollment: 'forbidden' },
          macOS: { userEnrollment: 'forbidden' },
          visionOS: { userEnrollment: 'forbidden' },
        },
      },
      {
        name: 'EnrollmentID',
        type: 'string',
        required: true,
        os: {
          iOS: { userEnrollment: 'required' },
          macOS: { userEnrollment: 'required' },
          visionOS: { userEnrollment: 'required' },
        },
      },
      {
        name: 'EnrollmentUserID',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', macOS: { deviceChannel: false, userEnrollment: 'required' }, visionOS: 'n/a' },
      },
      {
        name: 'UserShortName',
        type: 'string',
        os: { iOS: { sharedIPad: { mode: 'required' } }, macOS: { deviceChannel: false }, visionOS: 'n/a' },
      },
      {
        name: 'UserID',
        type: 'string',
        os: { iOS: { sharedIPad: { mode: 'required' } }, macOS: { deviceChannel: false }, visionOS: 'n/a' },
      },
      {
        name: 'UserLongName',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', macOS: { deviceChannel: false }, visionOS: 'n/a' },
      },
    ],
    response: [{ name: 'TokenData', type: 'data', required: true }],
  },
  {
    messageType: 'SetBootstrapToken',
    os: {
      iOS: 'n/a',
      macOS: {
        introduced: '10.15',
        supervised: true,
        deviceChannel: true,
        userChannel: false,
        userEnrollment: 'forbidden',
      },
      tvOS: 'n/a',
      visionOS: 'n/a',
      watchOS: 'n/a',
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['SetBootstrapToken'] },
      { name: 'BootstrapToken', type: 'data' },
      { name: 'AwaitingConfiguration', type: 'boolean', default: false },
    ],
  },
  {
    messageType: 'TokenUpdate',
    os: {
      iOS: {
        introduced: '4.0',
        sharedIPad: { mode: 'allowed', deviceChannel: true, userChannel: true },
        userEnrollment: 'allowed',
      },
      macOS: { introduced: '10.7', deviceChannel: true, userChannel: true, userEnrollment: 'allowed' },
      tvOS: { introduced: '10.2' },
      visionOS: { introduced: '1.1', userEnrollment: 'allowed' },
      watchOS: { introduced: '10.0' },
    },
    keys: [
      {
        name: 'NotOnConsole',
        type: 'boolean',
        required: true,
        os: { iOS: 'n/a', macOS: { introduced: '10.11', deviceChannel: false }, visionOS: 'n/a', watchOS: 'n/a' },
      },
      { name: 'MessageType', type: 'string', required: true, values: ['TokenUpdate'] },
      { name: 'Topic', type: 'string', required: true },
      {
        name: 'UDID',
        type: 'string',
        required: true,
        os: {
          iOS: { userEnrollment: 'forbidden' },
          macOS: { userEnrollment: 'forbidden' },
          visionOS: { userEnrollment: 'forbidden' },
        },
      },
      {
        name: 'EnrollmentID',
        type: 'string',
        required: true,
        os: {
          iOS: { introduced: '13.0', userEnrollment: 'required' },
          macOS: { introduced: '10.15', userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: { userEnrollment: 'required' },
          watchOS: 'n/a',
        },
      },
      {
        name: 'EnrollmentUserID',
        type: 'string',
        required: true,
        os: {
          iOS: 'n/a',
          macOS: { introduced: '10.15', deviceChannel: false, userEnrollment: 'required' },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserShortName',
        type: 'string',
        os: {
          iOS: { introduced: '9.3', sharedIPad: { mode: 'required' } },
          macOS: { deviceChannel: false },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserID',
        type: 'string',
        os: {
          iOS: { introduced: '9.3', sharedIPad: { mode: 'required' } },
          macOS: { deviceChannel: false },
          tvOS: 'n/a',
          visionOS: 'n/a',
          watchOS: 'n/a',
        },
      },
      {
        name: 'UserLongName',
        type: 'string',
        required: true,
        os: { iOS: 'n/a', macOS: { deviceChannel: false }, tvOS: 'n/a', visionOS: 'n/a', watchOS: 'n/a' },
      },
      { name: 'Token', type: 'data', required: true },
      { name: 'PushMagic', type: 'string', required: true },
      {
        name: 'UnlockToken',
        type: 'data',
        os: {
          iOS: { accessRights: 4, sharedIPad: { mode: 'forbidden' }, userEnrollment: 'forbidden' },
          macOS: 'n/a',
          visionOS: { accessRights: 4, userEnrollment: 'forbidden' },
          watchOS: { accessRights: 4 },
        },
      },
      {
        name: 'AwaitingConfiguration',
        type: 'boolean',
        default: false,
        os: { iOS: { introduced: '9.0' }, macOS: { introduced: '10.11', userChannel: false }, watchOS: 'n/a' },
      },
    ],
  },
  {
    messageType: 'UserAuthenticate',
    os: {
      iOS: 'n/a',
      macOS: { introduced: '10.7', deviceChannel: false, userChannel: true, userEnrollment: 'forbidden' },
      tvOS: 'n/a',
      visionOS: 'n/a',
      watchOS: 'n/a',
    },
    keys: [
      { name: 'MessageType', type: 'string', required: true, values: ['UserAuthenticate'] },
      { name: 'UDID', type: 'string', required: true },
      { name: 'UserID', type: 'string', required: true },
      { name: 'DigestResponse', type: 'string', required: true },
    ],
  },
];
