import type { Words } from './model.ts';

/** Names of what the terms themselves name, for explanations; anything else is shown by its id. */
const NAMES: Readonly<Record<string, Words>> = {
  service: { ja: 'サービス契約', en: 'the service contract' },
  'secure-app-connect': { ja: 'セキュアAppコネクトオプション', en: 'the secure-app-connect option' },
  'operation-proxy': { ja: 'オペレーション代行オプション', en: 'the operation-proxy option' },
  'device-and-app': { ja: 'デバイス・アプリ管理', en: 'device-and-app' },
  'app-only': { ja: 'アプリ管理', en: 'app-only' },
  'company-owned': { ja: '会社所有', en: 'company-owned' },
  'personally-owned': { ja: '個人所有', en: 'personally owned' },
  initial: { ja: '初期費用', en: 'initial fee' },
  monthly: { ja: '月額費用', en: 'monthly fee' },
  contract: { ja: '1契約あたり', en: 'for the contract' },
  device: { ja: '端末機器1台あたり', en: 'for each device' },
  applied: { ja: '申込中', en: 'applied for' },
  quoted: { ja: '見積り提示済み', en: 'quoted' },
  accepted: { ja: '承諾済み', en: 'accepted' },
  in_force: { ja: '有効', en: 'in force' },
  ending: { ja: '終了予定', en: 'ending' },
  ended: { ja: '終了', en: 'ended' },
  lapsed: { ja: '失効', en: 'lapsed' },
  refused: { ja: '謝絶', en: 'refused' },
  withdrawn: { ja: '取下げ', en: 'withdrawn' },
};

/** The name of an item, kind, option, phase or fee of the built-in terms; any other id is its own name. */
export function nameOf(id: string, language: 'ja' | 'en'): string {
  return (Object.hasOwn(NAMES, id) ? NAMES[id]?.[language] : undefined) ?? id;
}
