import type { Catalogue, ChecklistItem, Item, Kind, Option, SupportedOs, UsageModeRule } from '../model.ts';
import { LICENCES } from './licence-texts.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
const BEGIN = day('2011-05-01');
const MAAS360 = day('2016-04-01');

const UNKNOWN = {
  ja: '過去の品目。提供期間の始期・終期は、手元の規程の附則から分かる範囲で記録しています。',
  en: 'A historical item. When it was offered is recorded only as far as the supplementary provisions at hand tell.',
};

const ITEMS: readonly Item[] = [
  {
    id: 'MaaS360',
    name: { ja: 'MaaS360', en: 'MaaS360' },
    description: {
      ja: '対象OSの端末機器及びその上のアプリケーションの遠隔制御、設定管理、情報収集等を同一基盤上で統合的に提供するもの',
      en: 'Remote control, configuration management and information collection of devices and their applications on one platform',
    },
    from: MAAS360,
  },
  { id: 'iPad', name: { ja: 'iPad', en: 'iPad' }, description: UNKNOWN, from: BEGIN, until: day('2011-09-30') },
  {
    id: 'デバイス管理',
    name: { ja: 'デバイス管理', en: 'Device management' },
    description: UNKNOWN,
    from: BEGIN,
    until: day('2016-03-31'),
  },
  {
    id: 'セキュアブラウザ',
    name: { ja: 'セキュアブラウザ', en: 'Secure browser' },
    description: UNKNOWN,
    from: BEGIN,
    until: day('2016-03-31'),
  },
];

const KINDS: readonly Kind[] = [
  {
    id: 'device-and-app',
    item: 'MaaS360',
    name: { ja: 'デバイス・アプリ管理', en: 'Device and app management' },
    description: {
      ja: '端末機器及びその上で動作するアプリケーションの遠隔制御、設定管理及び情報収集等',
      en: 'Remote control, configuration management and information collection of devices and of the applications on them',
    },
    functions: ['enroll', 'control', 'configure', 'observe', 'distribute_apps'],
    from: MAAS360,
  },
  {
    id: 'app-only',
    item: 'MaaS360',
    name: { ja: 'アプリ管理', en: 'App management' },
    description: {
      ja: '端末機器上で動作するアプリケーションの配信',
      en: 'Distribution of applications to devices',
    },
    functions: ['distribute_apps'],
    from: MAAS360,
  },
];

const OPTIONS: readonly Option[] = [
  {
    id: 'secure-app-connect',
    item: 'MaaS360',
    name: { ja: 'セキュアAppコネクトオプション', en: 'Secure App Connect' },
    description: {
      ja: '隔離されたコンテナ領域を提供するためのソフトウェア',
      en: 'Software that provides an isolated container area',
    },
    functions: ['container'],
    counted: false,
    from: MAAS360,
  },
  {
    id: 'operation-proxy',
    item: 'MaaS360',
    name: { ja: 'オペレーション代行オプション', en: 'Operation proxy' },
    description: {
      ja: '24時間365日、端末機器の遠隔制御を代行',
      en: 'Remote control of devices on the contractor’s behalf, 24 hours a day, 365 days a year',
    },
    functions: ['desk'],
    counted: true,
    from: MAAS360,
  },
  // Contracts made until 2016-03-31 exist (Sup. 2016-04-01 (3)); since when it was offered is not known.
  {
    id: 'operation-proxy',
    item: 'デバイス管理',
    name: { ja: 'オペレーション代行オプション', en: 'Operation proxy' },
    description: UNKNOWN,
    functions: ['desk'],
    counted: true,
    from: BEGIN,
    until: day('2016-03-31'),
  },
];

/** Art. 3: our ranges as delivered; the provider's catalogue replaces them. */
const SUPPORTED_OS: readonly SupportedOs[] = [
  { family: 'iOS', atLeast: '15', from: MAAS360 },
  { family: 'iPadOS', atLeast: '15', from: MAAS360 },
  { family: 'macOS', atLeast: '12', from: MAAS360 },
  { family: 'tvOS', atLeast: '15', from: MAAS360 },
  { family: 'Windows', atLeast: '10.0.19044', from: MAAS360 },
  { family: 'Android', atLeast: '9', from: MAAS360 },
];

const USAGE_MODES: readonly UsageModeRule[] = [
  { id: 'company-owned', name: { ja: '会社所有', en: 'Company-owned' }, from: BEGIN },
  { id: 'personally-owned', name: { ja: '個人所有', en: 'Personally owned' }, from: BEGIN },
];

const CHECKLIST: readonly ChecklistItem[] = [
  {
    id: 'devices-prepared',
    title: { ja: '対象OSの端末機器を用意する', en: 'Have devices with a supported OS' },
    paragraph: 1,
    from: MAAS360,
  },
  {
    id: 'first-device',
    title: { ja: '最初の端末機器を登録する', en: 'Enroll the first device' },
    paragraph: 2,
    kinds: ['device-and-app'],
    probe: 'first_device',
    from: MAAS360,
  },
  {
    id: 'push-certificate',
    title: { ja: 'Apple プッシュ証明書を登録する', en: 'Upload the Apple push certificate' },
    paragraph: 3,
    kinds: ['device-and-app'],
    probe: 'push_certificate',
    from: MAAS360,
  },
  {
    id: 'first-member',
    title: { ja: '契約者の管理者を招待する', en: 'Invite an administrator of the contractor' },
    paragraph: 3,
    probe: 'first_member',
    from: MAAS360,
  },
  {
    id: 'people-informed',
    title: { ja: '利用者に管理の内容を知らせる', en: 'Tell the people who use the devices what is managed' },
    paragraph: 4,
    from: MAAS360,
  },
  {
    id: 'emergency-contact',
    title: { ja: '緊急連絡先を当社に届け出る', en: 'Give the provider an emergency contact' },
    paragraph: 4,
    from: MAAS360,
  },
];

export const CATALOGUE: Catalogue = {
  items: ITEMS,
  kinds: KINDS,
  options: OPTIONS,
  supportedOs: SUPPORTED_OS,
  usageModes: USAGE_MODES,
  licences: LICENCES,
  checklist: CHECKLIST,
};
