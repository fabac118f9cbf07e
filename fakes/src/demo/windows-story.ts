import type { EditionName, WindowsDeviceChoice } from '../windows-device/index.ts';

/** A PC of a company; `person` counts into the persons of its company. */
export type PcStory = {
  /** Up to 15 characters. */
  readonly name: string;
  readonly owner: 'company' | 'personal';
  readonly person?: number;
  readonly label?: string;
  readonly edition?: EditionName;
  readonly build?: number;
  readonly model?: string;
  readonly encrypted?: boolean;
  readonly fix?: WindowsDeviceChoice['fix'];
  /** How the person comes in: by the page's button, or by typing address, name and code into Settings. */
  readonly by?: 'typing';
  /** BitLocker's recovery passwords are handed over by the scheduled task. */
  readonly escrows?: true;
  /** What is done with it, so that every state can be seen. */
  readonly role?: 'away' | 'renamed' | 'located' | 'not_located' | 'rotated' | 'restarted' | 'to_be_wiped' | 'raw';
};

const TOKYO = { latitude: 35.681236, longitude: 139.767125, accuracy: 40 };
const KAWASAKI = { latitude: 35.53103, longitude: 139.69688, accuracy: 65 };
const OSAKA = { latitude: 34.702485, longitude: 135.495951, accuracy: 120 };

function pc(name: string, person: number | undefined, rest: Omit<PcStory, 'name' | 'person' | 'owner'> = {}): PcStory {
  return { name, owner: 'company', ...(person === undefined ? {} : { person }), ...rest };
}

const safe = { encrypted: true, escrows: true } as const;

/** The trading company: laptops for people, a few desktops, one for disposal. */
export const AOBA_PCS: readonly PcStory[] = [
  pc('AOBA-PC-0101', 0, { ...safe, model: 'Latitude 5440', edition: 'pro', build: 26100, fix: TOKYO, role: 'located' }),
  pc('AOBA-PC-0102', 1, { ...safe, model: 'LIFEBOOK U9312/KX', edition: 'pro', build: 26100 }),
  pc('AOBA-PC-0103', 2, { ...safe, edition: 'pro', build: 22631, role: 'rotated' }),
  pc('AOBA-PC-0104', 3, { encrypted: false, edition: 'pro', build: 22631 }),
  pc('AOBA-PC-0105', 4, { ...safe, edition: 'enterprise', role: 'away' }),
  pc('AOBA-PC-0106', 5, { ...safe, edition: 'pro', by: 'typing' }),
  pc('AOBA-PC-0107', 6, { edition: 'pro', build: 19045, role: 'not_located' }),
  pc('AOBA-PC-0108', 7, { ...safe, edition: 'enterprise', build: 26200, by: 'typing' }),
  pc('AOBA-PC-0109', 8, { ...safe, model: 'Latitude 7330', edition: 'enterprise', build: 26100 }),
  pc('AOBA-PC-0110', 9, { ...safe, edition: 'pro', role: 'restarted' }),
  pc('AOBA-DEV-01', 10, { ...safe, model: 'ESPRIMO D7012/M', edition: 'proWorkstation', build: 26200, role: 'raw' }),
  pc('AOBA-DEV-02', 11, { ...safe, edition: 'enterprise', build: 26200 }),
  pc('AOBA-DEV-03', 12, { ...safe, edition: 'enterprise', build: 26100, role: 'renamed' }),
  pc('AOBA-PC-0111', 13, { ...safe, edition: 'pro' }),
  pc('AOBA-UKETSUKE', undefined, { edition: 'home', label: '受付', encrypted: false }),
  pc('AOBA-KAIGI-A', undefined, { edition: 'pro', label: '会議室 A' }),
  pc('AOBA-OLD-07', undefined, {
    edition: 'pro',
    build: 19044,
    label: '廃棄予定',
    encrypted: false,
    role: 'to_be_wiped',
  }),
  { name: 'LAPTOP-SAKURA', owner: 'personal', person: 5, model: 'dynabook G83/KU', edition: 'home' },
];

/** The forwarder: desks in the warehouse and at the counters. */
export const HIKARI_PCS: readonly PcStory[] = [
  pc('HKR-TYO-01', 0, { ...safe, edition: 'pro', fix: TOKYO, role: 'located' }),
  pc('HKR-TYO-02', 1, { ...safe, edition: 'pro' }),
  pc('HKR-TYO-03', 2, { edition: 'pro', build: 19045, role: 'away' }),
  pc('HKR-OSA-01', 3, { ...safe, edition: 'pro', fix: OSAKA, by: 'typing' }),
  pc('HKR-OSA-02', 4, { ...safe, edition: 'pro', role: 'renamed' }),
  pc('HKR-KWS-01', 5, { edition: 'enterprise', build: 22621, fix: KAWASAKI }),
  pc('HKR-KWS-02', 6, { edition: 'enterprise', build: 22631, encrypted: false }),
  pc('HKR-KWS-03', undefined, { edition: 'enterpriseLtsc', build: 19044, label: '出荷検品' }),
  pc('HKR-KWS-04', undefined, { edition: 'enterpriseLtsc', build: 19044, label: 'ラベル発行', role: 'restarted' }),
  pc('HKR-HQ-01', 7, { ...safe, edition: 'pro', build: 26100, role: 'rotated' }),
  pc('HKR-HQ-02', undefined, { ...safe, edition: 'pro', label: '配車' }),
  { name: 'DESKTOP-MARI', owner: 'personal', person: 1, model: 'VJPK21', edition: 'home' },
];
