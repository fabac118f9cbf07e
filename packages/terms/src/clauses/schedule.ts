import type { ClauseId, Words } from '../model.ts';

/** Schedule 1 (別紙1) in its parts. Tables are written line by line. */
export const SCHEDULE: readonly { readonly clause: ClauseId; readonly heading: Words; readonly text: Words }[] = [
  {
    clause: 'sch-1-1-1',
    heading: { ja: '別紙1 1 初期費用 (1) 基本サービス', en: 'Schedule 1, 1 Initial fees, (1) Basic service' },
    text: {
      ja: '品目 種別 料金\nMaaS360\nデバイス・アプリ管理 当社が別途契約者に示す金額\nアプリ管理 当社が別途契約者に示す金額',
      en: 'MaaS360\nDevice and app management: the amount that the provider shows to the contractor separately\nApp management: the amount that the provider shows to the contractor separately',
    },
  },
  {
    clause: 'sch-1-1-2',
    heading: { ja: '別紙1 1 初期費用 (2) オプションサービス', en: 'Schedule 1, 1 Initial fees, (2) Option services' },
    text: {
      ja: 'オプションサービス名称 料金\nセキュア App コネクトオプション 当社が別途契約者に示す金額\nオペレーション代行オプション 20,000円',
      en: 'Secure-app-connect option: the amount that the provider shows to the contractor separately\nOperation-proxy option: 20,000 yen',
    },
  },
  {
    clause: 'sch-1-2-1',
    heading: { ja: '別紙1 2 月額費用 (1) 基本サービス', en: 'Schedule 1, 2 Monthly fees, (1) Basic service' },
    text: {
      ja: '品目 種別 対象 OS 料金\nMaaS360\nデバイス・アプリ管理\n当社が別途指定する OS\n当社が別途契約者に示す金額\nアプリ管理\n当社が別途指定する OS\n当社が別途契約者に示す金額',
      en: 'MaaS360\nDevice and app management, for the OS that the provider specifies separately: the amount that the provider shows to the contractor separately\nApp management, for the OS that the provider specifies separately: the amount that the provider shows to the contractor separately',
    },
  },
  {
    clause: 'sch-1-2-1-note',
    heading: { ja: '別紙1 2 月額費用 (1) 備考', en: 'Schedule 1, 2 Monthly fees, (1), note' },
    text: {
      ja: '基本サービスの月額費用の算定においては、日割計算が適用されません。',
      en: 'Monthly fees of the basic service are not prorated by the day.',
    },
  },
  {
    clause: 'sch-1-2-2',
    heading: { ja: '別紙1 2 月額費用 (2) オプションサービス', en: 'Schedule 1, 2 Monthly fees, (2) Option services' },
    text: {
      ja: 'オプションサービス名称 料金\nセキュア App コネクトオプション 当社が別途契約者に示す金額\nオペレーション代行オプション 端末機器 1台あたり 150円',
      en: 'Secure-app-connect option: the amount that the provider shows to the contractor separately\nOperation-proxy option: 150 yen for each device',
    },
  },
  {
    clause: 'sch-1-2-2-note-1',
    heading: { ja: '別紙1 2 月額費用 (2) 備考(1)', en: 'Schedule 1, 2 Monthly fees, (2), note 1' },
    text: {
      ja: 'オペレーション代行オプションの月額費用の総額は、上記オペレーション代行オプションに対応する 1台あたりの料金額に、契約者があらかじめ指定した端末機器の台数を乗じた額とします。',
      en: 'The total monthly fee of the operation-proxy option is the fee for each device, multiplied by the number of devices that the contractor designated in advance.',
    },
  },
  {
    clause: 'sch-1-2-2-note-2',
    heading: { ja: '別紙1 2 月額費用 (2) 備考(2)', en: 'Schedule 1, 2 Monthly fees, (2), note 2' },
    text: {
      ja: 'オプションサービスの月額費用の算定においては、日割計算が適用されません。',
      en: 'Monthly fees of option services are not prorated by the day.',
    },
  },
];

/** Not part of the terms: the rule of the Civil Code by which the day of arrival is not counted. */
export const CIVIL_CODE = {
  clause: 'civil-140',
  heading: { ja: '民法第140条', en: 'Civil Code, Art. 140' },
  text: {
    ja: '日、週、月又は年によって期間を定めたときは、期間の初日は、算入しない。ただし、その期間が午前零時から始まるときは、この限りでない。',
    en: 'When a period is defined by days, weeks, months or years, its first day is not counted, unless the period begins at midnight.',
  },
} as const;
