import type { platforms as ja } from './ja-platforms.ts';

/** Platforms, how devices of each come in, and their recovery keys, in English. */
export const platforms: typeof ja = {
  platform: { apple: 'Apple', windows: 'Windows', android: 'Android' },
  platformKind: { apple: 'iPhone, iPad, Mac', windows: 'Windows PC', android: 'Android phone or tablet' },
  managementMode: {
    device: 'Whole device',
    'fully-managed': 'Fully managed',
    dedicated: 'Dedicated device',
    'work-profile': 'Work profile',
  },
  managementModeText: {
    device: 'The whole device is managed, in the way of its own platform.',
    'fully-managed': 'The whole device is for work only. It must be reset before it can be enrolled.',
    dedicated:
      'The device serves a purpose and no person: reception, shop, warehouse. It must be reset before it can be enrolled.',
    'work-profile': 'The company manages a separate part for work. It cannot see what is in the private part.',
  },
  invite: {
    which: 'What kind of device is it?',
    notReady: 'Not ready yet',
    whatIsMissing: 'Something has to be set up first',
    toSetup: { apple: 'Set up the push certificate', windows: 'Set up Windows', android: 'Set up Android' },
    whose: 'Whose device is it?',
    whoseText: {
      'company-owned': 'The company bought it, and lends it or puts it up somewhere.',
      'personally-owned': 'An employee bought it. There is less that the company can do.',
    },
    private: 'May it be used privately?',
    privateYes: 'Yes: work and private life are kept apart',
    privateNo: 'No: it is for work only',
    purpose: 'What is it used for?',
    purposePerson: 'One person works with it',
    purposePlace: 'It serves a purpose and no person (reception, shop, warehouse)',
    result: 'Once enrolled',
    back: 'Back to the list',
    ways: 'Ways to enroll',
    waysText:
      'One of these ways is enough. The values are secrets: give them only to the person or whoever sets it up.',
    closed: 'This invitation has ended, so there is no way to enroll with it.',
    expiresAt: 'This way ends',
    way: {
      link: 'Open the link on the device',
      qr_code: 'Scan the QR code while setting up',
      link_elsewhere: 'Open the page on another screen',
      deep_link: {
        apple: 'Press a button on the device itself',
        windows: 'Press a button on the PC itself',
        android: 'Open the enrollment on the device itself',
      },
      typed: 'Type it into the settings of the PC',
      identifier: 'Type it while setting up',
      token: 'Type the enrollment code',
      provisioning_package: 'Many at once with a provisioning package',
      zero_touch: 'Zero-touch enrollment',
    },
    for: { person: 'For the person with the device', administrator: 'For whoever sets devices up' },
    steps: {
      link: {
        apple:
          'Scan the QR code with the camera of the device, or open the link on it.\nFollow the page and download the profile.\nIn the Settings app, install the profile that was downloaded.',
        windows:
          'Open the link in a browser on the PC (for example Microsoft Edge).\nFollow the page, and enroll as an administrator of the PC.',
        android:
          'Open the link on the device, or scan the QR code with its camera.\nFollow Android Device Policy, which makes the work profile.',
      },
      qr_code:
        'Switch on a new device, or one that has been reset.\nOn the first screen (“Welcome”), tap the same spot six times.\nConnect to Wi-Fi, and scan this QR code in the scanner that opens.\nFollow the screens to the end.',
      link_elsewhere:
        'A device that was reset cannot open it yet: open the link on another screen, such as a PC.\nShow the person what it says about the management, and scan its QR code while setting up the device.',
      deep_link: {
        apple: 'Use it when you see this page on the device that is to be enrolled.\nPress the button and follow it.',
        windows:
          'Use it when you see this page on the PC that is to be enrolled.\nThe button opens “Set up a work or school account” of Windows.\nYou must be an administrator of the PC.',
        android:
          'Use it when you see this page on the device that is to be enrolled; otherwise send the link below to it.\nIt opens Android Device Policy, which makes the work profile.',
      },
      typed:
        'Open Settings → Accounts → Access work or school.\nChoose “Enroll only in device management” and type the user name below.\nWhen asked for the server, type the address below.\nLast, type the password.',
      identifier:
        'Set up a device that has been reset until it asks for a Google account.\nInstead of an e-mail address, type the identifier below.\nGo on, and type the enrollment code or scan the QR code.',
      token:
        'Open Settings → Google → Set up & restore → Set up your work profile (names differ by maker).\nIn the scanner choose to enter a code, and type the enrollment code below.',
      provisioning_package:
        'Get Windows Configuration Designer from the Microsoft Store.\nMake a new project for a provisioning package, and replace its customizations.xml by the file below.\nBuild the package (.ppkg) and put it on a USB stick.\nPut the stick into the PC during its first setup, or open the package afterwards.',
      zero_touch:
        'In Google’s zero-touch portal open Configurations, and add one.\nAs EMM DPC choose Android Device Policy.\nPaste the JSON below as DPC extras.\nAssign the configuration to devices that your reseller has registered.',
    },
    kind: {
      link: 'Enrollment link',
      qr_code: 'QR code for setting up',
      deep_link: 'Link that opens the enrollment',
      server_address: 'Server address',
      user_name: 'User name',
      password: 'Password',
      token: 'Enrollment code',
      dpc_identifier: 'Identifier',
      zero_touch: 'DPC extras (JSON)',
      provisioning_package: 'customizations.xml',
    },
    openDeepLink: { apple: 'Enroll this device', windows: 'Enroll this PC', android: 'Enroll this device' },
    download: 'Download customizations.xml',
    qrLarge: 'QR code to scan while setting up the device',
  },
  recovery: {
    title: 'Recovery keys',
    text: 'Compare the key id with the one on the BitLocker recovery screen first. Who saw a key, why and when is kept in the audit trail.',
    empty: 'No recovery key of this device is in custody yet.',
    volume: 'Drive',
    protectorId: 'Key id',
    escrowedAt: 'In custody since',
    lastRead: 'Last shown',
    neverRead: 'Never shown',
    state: { current: 'Current', superseded: 'Superseded' },
    read: 'Show the recovery key',
    readText: 'Whoever has the key can open this drive. Make sure that you are talking to the right person.',
    value: 'Recovery key (48 digits)',
    rotateAfter: 'After it has been shown, have it replaced with “Rotate recovery key”.',
  },
  wipeMethod: {
    doWipe: 'Ordinary reset',
    doWipeProtected: 'Reset that goes on after the power was cut',
    doWipePersistProvisionedData: 'Reset that keeps provisioning',
    doWipePersistUserData: "Reset that keeps the person's files",
    doWipeCloud: 'Install again from the cloud',
    doWipeCloudPersistUserData: "Install again from the cloud, keep the person's files",
    doWipeCloudPersistProvisionedData: 'Install again from the cloud, keep provisioning',
  },
  wipeMethodText: {
    doWipe:
      'Removes everything and starts afresh. Needs the recovery environment (WinRE); cutting the power interrupts it.',
    doWipeProtected:
      'Goes on until everything is erased, even when the power is cut. For lost and stolen PCs; the PC may not start again.',
    doWipePersistProvisionedData:
      'Removes the data, but keeps what a provisioning package set up, so that the PC enrolls again.',
    doWipePersistUserData: "Removes apps and settings, and keeps the person's files: nothing secret is erased by it.",
    doWipeCloud: 'Removes everything and installs Windows from the internet. Needs Windows 11 22H2 or later.',
    doWipeCloudPersistUserData:
      "Installs Windows from the internet and keeps the person's files: nothing secret is erased by it.",
    doWipeCloudPersistProvisionedData: 'Removes the data and installs Windows from the internet; keeps provisioning.',
  },
};
