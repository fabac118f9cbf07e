import type { Behaviour, BehaviourName, DeviceKind } from '../apple-device/index.ts';
import { type AndroidStory, AOBA_ANDROIDS, HIKARI_ANDROIDS } from './android-story.ts';
import type { ContractStory } from './contract.ts';
import { AOBA_PCS, HIKARI_PCS, type PcStory } from './windows-story.ts';

/** A person of the directory. */
export type PersonStory = { readonly name: string; readonly kana: string; readonly department: string };

/** An Apple device of the fleet; `person` counts into the persons of its company, absent for shared ones. */
export type DeviceStory = {
  readonly kind: DeviceKind;
  readonly os?: string;
  readonly modelName?: string;
  readonly owner: 'supervised' | 'company' | 'personal';
  readonly person?: number;
  readonly name: string;
  readonly label?: string;
  readonly behaviour?: BehaviourName | Partial<Behaviour>;
  /** What is done with it, so that every state can be seen. */
  readonly role?: 'failing' | 'away' | 'deferring' | 'lost' | 'locked_mac' | 'renamed' | 'locked';
};

export type CompanyStory = {
  readonly key: string;
  readonly name: string;
  readonly nameKana: string;
  readonly phone: string;
  readonly contract: ContractStory;
  readonly members: readonly MemberStory[];
  readonly groups: readonly { readonly name: string; readonly departments: readonly string[] }[];
  readonly persons: readonly PersonStory[];
  readonly devices: readonly DeviceStory[];
  readonly pcs: readonly PcStory[];
  readonly androids: readonly AndroidStory[];
};

/** Somebody who signs in; `account` is the part of the address before the company. */
export type MemberStory = {
  readonly account: string;
  readonly role: string;
  readonly title: string;
  readonly name: string;
};

function person(name: string, kana: string, department: string): PersonStory {
  return { name, kana, department };
}

/** Answers everything but what it is told to do. */
const FAILING: Partial<Behaviour> = {
  refuse: 1,
  refuseOnly: ['RestartDevice', 'ShutDownDevice', 'DeviceLock', 'Settings'],
};
/** In reach long enough to be observed, then away for an hour or two. */
const AWAY: BehaviourName = 'away';
const DEFERRING: Partial<Behaviour> = { lockedFor: [600, 1200] };

const members: readonly MemberStory[] = [
  {
    account: 'administrator',
    role: 'contractor_administrator',
    title: '契約者管理者 / Contractor administrator',
    name: '管理 花子',
  },
  { account: 'helpdesk', role: 'helpdesk', title: 'ヘルプデスク / Helpdesk', name: '助川 一郎' },
  { account: 'auditor', role: 'auditor', title: '監査者 / Auditor', name: '見張 次郎' },
  {
    account: 'second',
    role: 'contractor_administrator',
    title: '二人目の管理者 / Second administrator, who may approve',
    name: '承認 三郎',
  },
];

const AOBA: CompanyStory = {
  key: 'aoba',
  name: '株式会社青葉商事',
  nameKana: 'カブシキガイシャアオバショウジ',
  phone: '050-0000-1234',
  contract: { monthly: 30_000, deskDevices: 40 },
  members,
  groups: [
    { name: '本社', departments: ['総務部', '経理部', '情報システム部'] },
    { name: '営業', departments: ['営業一課', '営業二課'] },
    { name: '情報システム', departments: ['情報システム部'] },
  ],
  persons: [
    person('佐藤 健', 'サトウ ケン', '営業一課'),
    person('鈴木 美咲', 'スズキ ミサキ', '営業一課'),
    person('髙橋 大輔', 'タカハシ ダイスケ', '営業一課'),
    person('田中 陽子', 'タナカ ヨウコ', '営業二課'),
    person('伊藤 翔太', 'イトウ ショウタ', '営業二課'),
    person('渡邉 さくら', 'ワタナベ サクラ', '営業二課'),
    person('山本 浩二', 'ヤマモト コウジ', '総務部'),
    person('中村 由美', 'ナカムラ ユミ', '総務部'),
    person('小林 直樹', 'コバヤシ ナオキ', '経理部'),
    person('加藤 恵', 'カトウ メグミ', '経理部'),
    person('吉田 拓也', 'ヨシダ タクヤ', '情報システム部'),
    person('山田 愛', 'ヤマダ アイ', '情報システム部'),
    person('佐々木 亮', 'ササキ リョウ', '情報システム部'),
    person('松本 千尋', 'マツモト チヒロ', '営業一課'),
  ],
  devices: [
    { kind: 'iPhone', owner: 'supervised', person: 0, name: '佐藤のiPhone', behaviour: 'mobile', role: 'locked' },
    { kind: 'iPhone', owner: 'supervised', person: 1, name: '鈴木のiPhone', behaviour: 'mobile' },
    { kind: 'iPhone', owner: 'supervised', person: 2, name: '髙橋のiPhone', os: '17', role: 'lost' },
    { kind: 'iPhone', owner: 'supervised', person: 3, name: '田中のiPhone', behaviour: 'locked' },
    { kind: 'iPhone', owner: 'supervised', person: 4, name: '伊藤のiPhone', behaviour: AWAY, role: 'away' },
    { kind: 'iPhone', owner: 'supervised', person: 5, name: '渡邉のiPhone', behaviour: DEFERRING, role: 'deferring' },
    { kind: 'iPhone', owner: 'supervised', person: 13, name: '松本のiPhone', os: '16', behaviour: 'flaky' },
    { kind: 'iPhone', owner: 'company', person: 6, name: '山本のiPhone', behaviour: 'mobile' },
    { kind: 'iPhone', owner: 'company', person: 7, name: '中村のiPhone', os: '15' },
    { kind: 'iPhone', owner: 'personal', person: 8, name: '直樹のiPhone' },
    { kind: 'iPhone', owner: 'personal', person: 9, name: 'めぐみ', behaviour: 'mobile' },
    { kind: 'iPhone', owner: 'supervised', person: 10, name: '検証機 01', os: '26', label: '検証機' },
    { kind: 'iPad', owner: 'supervised', name: '会議室 A', label: '会議室予約', behaviour: 'slow' },
    { kind: 'iPad', owner: 'supervised', name: '会議室 B', label: '会議室予約' },
    { kind: 'iPad', owner: 'supervised', name: '受付', label: '受付', behaviour: FAILING, role: 'failing' },
    { kind: 'iPad', owner: 'company', person: 3, name: '田中のiPad', behaviour: 'mobile' },
    { kind: 'iPad', owner: 'personal', person: 11, name: 'あいのiPad' },
    { kind: 'Mac', modelName: 'MacBook Pro', owner: 'company', person: 10, name: '吉田のMacBook Pro', os: '26' },
    {
      kind: 'Mac',
      modelName: 'MacBook Air',
      owner: 'company',
      person: 11,
      name: '山田のMacBook Air',
      os: '15',
      behaviour: 'mobile',
    },
    {
      kind: 'Mac',
      modelName: 'MacBook Air',
      owner: 'company',
      person: 12,
      name: '佐々木のMacBook Air',
      os: '14',
      role: 'renamed',
    },
    { kind: 'Mac', owner: 'company', person: 8, name: '経理-02', os: '15', behaviour: 'locked' },
    { kind: 'Mac', owner: 'company', person: 6, name: '総務-01', os: '13', role: 'locked_mac' },
    { kind: 'MacIntel', owner: 'company', person: 9, name: '経理-03', os: '14' },
    { kind: 'MacIntel', owner: 'company', name: '旧サーバー室', os: '12', label: '廃棄予定', behaviour: 'flaky' },
    { kind: 'Mac', modelName: 'MacBook Air', owner: 'personal', person: 12, name: 'Ryo’s MacBook Air', os: '26' },
    { kind: 'AppleTV', owner: 'supervised', name: '大会議室', label: '会議室' },
  ],
  pcs: AOBA_PCS,
  androids: AOBA_ANDROIDS,
};

const HIKARI: CompanyStory = {
  key: 'hikari',
  name: 'ひかり物流株式会社',
  nameKana: 'ヒカリブツリュウカブシキガイシャ',
  phone: '050-0000-5678',
  contract: { monthly: 24_000 },
  members: members.map((member) => ({ ...member, name: member.name.replace('花子', '明子').replace('郎', '子') })),
  groups: [
    { name: '配送', departments: ['東京配送センター', '大阪配送センター'] },
    { name: '倉庫', departments: ['川崎倉庫'] },
  ],
  persons: [
    person('井上 修', 'イノウエ オサム', '東京配送センター'),
    person('木村 真理', 'キムラ マリ', '東京配送センター'),
    person('林 誠', 'ハヤシ マコト', '東京配送センター'),
    person('斎藤 学', 'サイトウ マナブ', '大阪配送センター'),
    person('清水 裕子', 'シミズ ユウコ', '大阪配送センター'),
    person('山口 剛', 'ヤマグチ ツヨシ', '川崎倉庫'),
    person('森 綾香', 'モリ アヤカ', '川崎倉庫'),
    person('池田 隆', 'イケダ タカシ', '本社'),
  ],
  devices: [
    { kind: 'iPhone', owner: 'supervised', person: 0, name: '配送 001', behaviour: 'mobile' },
    { kind: 'iPhone', owner: 'supervised', person: 1, name: '配送 002', behaviour: 'mobile' },
    { kind: 'iPhone', owner: 'supervised', person: 2, name: '配送 003', behaviour: AWAY, role: 'away' },
    { kind: 'iPhone', owner: 'supervised', person: 3, name: '配送 004', os: '17', behaviour: 'flaky' },
    { kind: 'iPhone', owner: 'supervised', person: 4, name: '配送 005', os: '18', role: 'locked' },
    { kind: 'iPhone', owner: 'company', person: 7, name: '池田のiPhone' },
    { kind: 'iPhone', owner: 'personal', person: 5, name: 'つよし' },
    {
      kind: 'iPhone',
      owner: 'supervised',
      name: '予備 01',
      os: '16',
      label: '予備機',
      behaviour: FAILING,
      role: 'failing',
    },
    { kind: 'iPad', owner: 'supervised', person: 5, name: '倉庫 1号', behaviour: 'slow' },
    { kind: 'iPad', owner: 'supervised', person: 6, name: '倉庫 2号', behaviour: DEFERRING, role: 'deferring' },
    { kind: 'iPad', owner: 'supervised', name: '倉庫 3号', label: '共用' },
    { kind: 'Mac', modelName: 'MacBook Air', owner: 'company', person: 7, name: '池田のMacBook Air', os: '15' },
    { kind: 'Mac', owner: 'company', name: '本社-受付', os: '26', behaviour: 'mobile' },
    { kind: 'MacIntel', owner: 'company', name: '本社-会計', os: '13' },
  ],
  pcs: HIKARI_PCS,
  androids: HIKARI_ANDROIDS,
};

/** Two companies: forty Apple devices, thirty PCs, thirty Android devices. */
export const COMPANIES: readonly CompanyStory[] = [AOBA, HIKARI];
