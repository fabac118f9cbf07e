import type { AndroidHabits } from './habits.ts';
import { LIFELIKE } from './habits.ts';
import type { AndroidMode } from './port.ts';

/** A device of a company as one meets them in Japan: whose it is, what it is, how it is managed and what is wrong with it. */
export type AndroidRecruit = {
  readonly seed: string;
  /** Who has it, or where it stands. */
  readonly label: string;
  readonly mode: AndroidMode;
  readonly model: string;
  readonly androidVersion: string;
  readonly habits: Partial<AndroidHabits>;
  /** What is not as it should be, once the device is enrolled. */
  readonly flaw?: AndroidFlaw;
};

export const ANDROID_FLAWS = [
  'no_lock',
  'old_android',
  'usb_debugging',
  'rooted',
  'away',
  'update_waits',
  'app_fails',
] as const;
export type AndroidFlaw = (typeof ANDROID_FLAWS)[number];

type Row = readonly [label: string, mode: AndroidMode, model: string, androidVersion: string, flaw?: AndroidFlaw];

const ROWS: readonly Row[] = [
  ['営業部 佐藤 健', 'fully_managed', 'AQUOS sense8', '15'],
  ['営業部 鈴木 美咲', 'fully_managed', 'AQUOS sense8', '14', 'update_waits'],
  ['営業部 高橋 大輔', 'work_profile_company', 'Pixel 9', '16'],
  ['営業部 田中 陽子', 'work_profile_company', 'Pixel 7a', '15'],
  ['営業部 伊藤 翔', 'work_profile_company', 'Xperia 10 VI', '15', 'no_lock'],
  ['大阪支店 渡辺 直樹', 'fully_managed', 'Xperia 10 VI', '14'],
  ['大阪支店 山本 彩', 'fully_managed', 'arrows We2', '14'],
  ['大阪支店 中村 拓也', 'fully_managed', 'arrows We', '12', 'old_android'],
  ['総務部 小林 恵', 'work_profile_company', 'Galaxy S24', '15'],
  ['総務部 加藤 誠', 'work_profile_personal', 'Pixel 9', '16'],
  ['人事部 吉田 由美', 'work_profile_personal', 'AQUOS wish3', '14'],
  ['開発部 山田 亮', 'work_profile_personal', 'Pixel 9', '16', 'usb_debugging'],
  ['開発部 佐々木 真', 'work_profile_personal', 'Xperia 1 VI', '15', 'rooted'],
  ['開発部 山口 遥', 'work_profile_personal', 'Pixel 7a', '14'],
  ['開発部 松本 悠', 'work_profile_company', 'Pixel 9', '16'],
  ['広報部 井上 沙織', 'work_profile_personal', 'Xperia Ace III', '13', 'away'],
  ['現場A 木村 剛', 'fully_managed', 'DuraForce EX', '14'],
  ['現場A 林 浩二', 'fully_managed', 'DuraForce EX', '13', 'update_waits'],
  ['現場B 斎藤 学', 'fully_managed', 'TORQUE 5G', '11', 'old_android'],
  ['現場B 清水 茂', 'fully_managed', 'TORQUE 5G', '12'],
  ['川崎倉庫 端末1', 'dedicated', 'TC58', '13'],
  ['川崎倉庫 端末2', 'dedicated', 'TC58', '13', 'app_fails'],
  ['川崎倉庫 端末3', 'dedicated', 'CT45', '12'],
  ['川崎倉庫 端末4', 'dedicated', 'BHT-M80', '9', 'old_android'],
  ['福岡倉庫 端末1', 'dedicated', 'BHT-M80', '11'],
  ['福岡倉庫 端末2', 'dedicated', 'BHT-M80', '11', 'away'],
  ['本社受付', 'dedicated', 'Pixel Tablet', '15'],
  ['会議室 紅葉', 'dedicated', 'LAVIE Tab T11', '13'],
  ['店舗 横浜', 'fully_managed', 'Galaxy Tab Active5 5G', '15'],
  ['店舗 名古屋', 'fully_managed', 'Galaxy A25 5G', '15', 'no_lock'],
];

const HABITS: Partial<Record<AndroidFlaw, Partial<AndroidHabits>>> = {
  no_lock: { lock: 'none' },
  app_fails: { failingApps: { 'jp.example.zaiko': 'INSUFFICIENT_STORAGE' } },
};

/** Thirty devices of a trading company: four ways of management, makers as in Japan, a third of them with something wrong. */
export const ANDROID_FLEET: readonly AndroidRecruit[] = ROWS.map(
  ([label, mode, model, androidVersion, flaw], index) => ({
    seed: `fleet ${index}`,
    label,
    mode,
    model,
    androidVersion,
    habits: { ...LIFELIKE, ...(flaw === undefined ? {} : HABITS[flaw]) },
    ...(flaw === undefined ? {} : { flaw }),
  }),
);
