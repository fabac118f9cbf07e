import { type AndroidFlaw, type AndroidMode, type AndroidRecruit, LIFELIKE } from '../android-device/index.ts';

/** An Android device of a company; `person` counts into the persons of its company, absent for those without one. */
export type AndroidStory = AndroidRecruit & {
  readonly person?: number;
  /** What is done with it, so that every state can be seen. */
  readonly role?: AndroidRole;
};
export type AndroidRole = 'lost' | 'locked' | 'restarted' | 'new_passcode' | 'app_cleared' | 'to_be_handed_over';

type Row = readonly [
  label: string,
  person: number | undefined,
  mode: AndroidMode,
  model: string,
  androidVersion: string,
  flaw?: AndroidFlaw | undefined,
  role?: AndroidRole,
];

const AOBA_ROWS: readonly Row[] = [
  ['営業一課 佐藤', 0, 'fully_managed', 'AQUOS sense8', '15', undefined, 'locked'],
  ['営業一課 鈴木', 1, 'fully_managed', 'AQUOS sense8', '14', 'update_waits'],
  ['営業一課 髙橋', 2, 'work_profile_company', 'Pixel 9', '16'],
  ['営業一課 松本', 13, 'work_profile_company', 'Pixel 7a', '15', undefined, 'to_be_handed_over'],
  ['営業二課 田中', 3, 'work_profile_company', 'Xperia 10 VI', '15', 'no_lock'],
  ['営業二課 伊藤', 4, 'fully_managed', 'Xperia 10 VI', '14', undefined, 'lost'],
  ['営業二課 渡邉', 5, 'fully_managed', 'arrows We2', '14', undefined, 'restarted'],
  ['総務部 山本', 6, 'fully_managed', 'arrows We', '12', 'old_android'],
  ['総務部 中村', 7, 'work_profile_company', 'Galaxy S24', '15'],
  ['経理部 小林', 8, 'work_profile_personal', 'Pixel 9', '16'],
  ['経理部 加藤', 9, 'work_profile_personal', 'AQUOS wish3', '14', 'away'],
  ['情報システム部 吉田', 10, 'work_profile_personal', 'Pixel 9', '16', 'usb_debugging'],
  ['情報システム部 山田', 11, 'work_profile_personal', 'Xperia 1 VI', '15', 'rooted'],
  ['情報システム部 佐々木', 12, 'work_profile_company', 'Pixel 9', '16'],
  ['本社受付', undefined, 'dedicated', 'Pixel Tablet', '15'],
  ['会議室 紅葉', undefined, 'dedicated', 'LAVIE Tab T11', '13'],
  ['店舗 横浜', undefined, 'fully_managed', 'Galaxy Tab Active5 5G', '15', undefined, 'app_cleared'],
  ['店舗 名古屋', undefined, 'fully_managed', 'Galaxy A25 5G', '15', 'no_lock'],
];

const HIKARI_ROWS: readonly Row[] = [
  ['配送 101', 0, 'fully_managed', 'DuraForce EX', '14', undefined, 'new_passcode'],
  ['配送 102', 1, 'fully_managed', 'DuraForce EX', '13', 'update_waits'],
  ['配送 103', 2, 'fully_managed', 'TORQUE 5G', '11', 'old_android'],
  ['配送 104', 3, 'fully_managed', 'TORQUE 5G', '12', undefined, 'lost'],
  ['配送 105', 4, 'work_profile_company', 'Xperia 10 VI', '15'],
  ['倉庫端末 1', undefined, 'dedicated', 'TC58', '13', undefined, 'locked'],
  ['倉庫端末 2', undefined, 'dedicated', 'TC58', '13', 'app_fails'],
  ['倉庫端末 3', undefined, 'dedicated', 'CT45', '12'],
  ['倉庫端末 4', undefined, 'dedicated', 'BHT-M80', '9', 'old_android'],
  ['倉庫端末 5', undefined, 'dedicated', 'BHT-M80', '11', 'away'],
  ['池田の私物', 7, 'work_profile_personal', 'Xperia Ace III', '13'],
  ['森の私物', 6, 'work_profile_personal', 'Pixel 7a', '14', 'no_lock'],
];

const HABITS: Partial<Record<AndroidFlaw, AndroidRecruit['habits']>> = {
  no_lock: { lock: 'none' },
  app_fails: { failingApps: { 'jp.example.zaiko': 'INSUFFICIENT_STORAGE' } },
};

function stories(key: string, rows: readonly Row[]): readonly AndroidStory[] {
  return rows.map(([label, person, mode, model, androidVersion, flaw, role], index) => ({
    seed: `${key} android ${index}`,
    label,
    mode,
    model,
    androidVersion,
    habits: { ...LIFELIKE, ...(flaw === undefined ? {} : HABITS[flaw]) },
    ...(person === undefined ? {} : { person }),
    ...(flaw === undefined ? {} : { flaw }),
    ...(role === undefined ? {} : { role }),
  }));
}

/** Telephones of people, tablets for customers. */
export const AOBA_ANDROIDS = stories('aoba', AOBA_ROWS);
/** Rugged telephones for drivers, scanners for the warehouse. */
export const HIKARI_ANDROIDS = stories('hikari', HIKARI_ROWS);
