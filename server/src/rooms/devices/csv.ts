import type { DeviceSummary } from '@tsukasa/api';
import { DomainError } from '../../base/errors.ts';
import type { Language } from '../../base/http/messages.ts';

type Cell = string | number | boolean | null;
type Column = { readonly ja: string; readonly en: string; readonly cell: (device: DeviceSummary) => Cell };

/** Columns of the export, by the field of `DeviceSummary`; the person's words are three. */
const COLUMNS = {
  deviceId: { ja: 'デバイスID', en: 'Device ID', cell: (device) => device.deviceId },
  name: { ja: '端末名', en: 'Name', cell: (device) => device.name },
  label: { ja: 'ラベル', en: 'Label', cell: (device) => device.label },
  serialNumber: { ja: 'シリアル番号', en: 'Serial number', cell: (device) => device.serialNumber },
  managementState: { ja: '管理状態', en: 'Management state', cell: (device) => device.managementState },
  platform: { ja: 'プラットフォーム', en: 'Platform', cell: (device) => device.platform },
  usageMode: { ja: '利用形態', en: 'Ownership', cell: (device) => device.usageMode },
  managementMode: { ja: '管理方式', en: 'Management mode', cell: (device) => device.managementMode },
  model: { ja: 'モデル番号', en: 'Model', cell: (device) => device.model },
  modelName: { ja: 'モデル名', en: 'Model name', cell: (device) => device.modelName },
  productName: { ja: '製品名', en: 'Product name', cell: (device) => device.productName },
  osFamily: { ja: 'OS', en: 'OS', cell: (device) => device.osFamily },
  osVersion: { ja: 'OSバージョン', en: 'OS version', cell: (device) => device.osVersion },
  osBuild: { ja: 'OSビルド', en: 'OS build', cell: (device) => device.osBuild },
  phoneNumber: { ja: '電話番号', en: 'Phone number', cell: (device) => device.phoneNumber },
  person: { ja: '利用者', en: 'Person', cell: (device) => device.person?.name ?? null },
  personKana: { ja: '利用者（カナ）', en: 'Person (kana)', cell: (device) => device.person?.kana ?? null },
  department: { ja: '部署', en: 'Department', cell: (device) => device.person?.department ?? null },
  supervised: { ja: '監視対象', en: 'Supervised', cell: (device) => device.supervised },
  passcodePresent: { ja: 'パスコード設定', en: 'Passcode set', cell: (device) => device.passcodePresent },
  policyCompliant: { ja: 'ポリシー準拠', en: 'Policy compliant', cell: (device) => device.policyCompliant },
  encrypted: { ja: '暗号化', en: 'Encrypted', cell: (device) => device.encrypted },
  lostMode: { ja: '紛失モード', en: 'Lost mode', cell: (device) => device.lostMode },
  batteryLevel: { ja: 'バッテリー残量', en: 'Battery level', cell: (device) => device.batteryLevel },
  capacityBytes: { ja: '容量（バイト）', en: 'Capacity (bytes)', cell: (device) => device.capacityBytes },
  availableBytes: { ja: '空き容量（バイト）', en: 'Available (bytes)', cell: (device) => device.availableBytes },
  appCount: { ja: 'アプリ数', en: 'Apps', cell: (device) => device.appCount },
  openActions: { ja: '実行中の操作', en: 'Open actions', cell: (device) => device.openActions },
  enrolledAt: { ja: '登録日時', en: 'Enrolled at', cell: (device) => device.enrolledAt },
  lastContactAt: { ja: '最終通信日時', en: 'Last contact at', cell: (device) => device.lastContactAt },
  lastObservedAt: { ja: '最終取得日時', en: 'Last observed at', cell: (device) => device.lastObservedAt },
  support: { ja: 'サポート', en: 'Support', cell: (device) => device.support },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnName = keyof typeof COLUMNS;
const ALL = Object.keys(COLUMNS) as readonly ColumnName[];

/** The chosen columns in the order asked, or all of them. Throws `invalid` naming an unknown one's place. */
export function parseColumns(text: string | undefined): readonly ColumnName[] {
  if (text === undefined) return ALL;
  return text.split(',').map((part) => {
    const name = ALL.find((candidate) => candidate === part.trim());
    if (name !== undefined) return name;
    throw new DomainError('invalid', 'an unknown column was asked for', {
      reason: 'request.validation',
      errors: [{ pointer: '?columns', detail: `must be names out of ${ALL.join(', ')}` }],
    });
  });
}

/** First the mark by which spreadsheets know UTF-8, then the names of the columns. */
export function csvHead(columns: readonly ColumnName[], language: Language): string {
  return `\uFEFF${columns.map((name) => quoted(COLUMNS[name][language])).join(',')}\r\n`;
}

export function csvLine(columns: readonly ColumnName[], language: Language, device: DeviceSummary): string {
  return `${columns.map((name) => csvCell(COLUMNS[name].cell(device), language)).join(',')}\r\n`;
}

const YES_NO = { ja: ['はい', 'いいえ'], en: ['yes', 'no'] } as const;

/**
 * One cell (RFC 4180). A device chooses its own name: a text that a spreadsheet would take for a formula gets an
 * apostrophe in front, also behind leading blanks and in full width, which Excel reads alike.
 */
export function csvCell(value: Cell, language: Language): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return YES_NO[language][value ? 0 : 1];
  if (typeof value === 'number') return String(value);
  return quoted(/^[\s\uFEFF]*[=+\-@＝＋－＠\t\r]/u.test(value) ? `'${value}` : value);
}

const quoted = (text: string) => (/[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
