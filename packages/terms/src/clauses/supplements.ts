import type { Words } from '../model.ts';

/** A supplementary provision (附則): the day of its revision, as written, with its paragraphs. */
export type Supplement = {
  readonly on: string;
  readonly heading: Words;
  readonly paragraphs: readonly Words[];
};

const plain = (on: string, ja: string, verb = '変更'): Supplement => ({
  on,
  heading: { ja: `附則 ${ja}${verb}`, en: `Supplementary provision of ${on}` },
  paragraphs: [{ ja: `この契約約款は、${ja}から実施します。`, en: `These terms take effect on ${on}.` }],
});

export const SUPPLEMENTS: readonly Supplement[] = [
  plain('2011-05-01', '平成23年5月1日', '施行'),
  {
    on: '2011-10-01',
    heading: { ja: '附則 平成23年10月1日変更', en: 'Supplementary provision of 2011-10-01' },
    paragraphs: [
      { ja: 'この契約約款は、平成23年10月1日から実施します。', en: 'These terms take effect on 2011-10-01.' },
      {
        ja: '平成23年9月30日以前の契約約款に基づき成立した品目を「iPad」とする IIJ Smart Mobile Manager サービス契約は、品目を「デバイス管理」とする IIJ Smart Mobile Manager サービス契約として有効に存続するものとします。',
        en: 'A service contract with the item "iPad" made under the terms of 2011-09-30 or before continues validly as a service contract with the item デバイス管理 (device management).',
      },
    ],
  },
  plain('2011-11-01', '平成23年11月1日'),
  plain('2012-09-01', '平成24年9月1日'),
  plain('2013-09-01', '平成25年9月1日'),
  plain('2014-04-01', '平成26年4月1日'),
  plain('2015-07-01', '平成27年7月1日'),
  plain('2016-01-01', '平成28年1月1日'),
  {
    on: '2016-04-01',
    heading: { ja: '附則 平成28年4月1日変更', en: 'Supplementary provision of 2016-04-01' },
    paragraphs: [
      { ja: 'この契約約款は、平成28年4月1日から実施します。', en: 'These terms take effect on 2016-04-01.' },
      {
        ja: '平成28年3月31日以前の契約約款に基づき成立した品目をデバイス管理とする IIJ Smart Mobile Managerサービス契約は、平成28年4月1日以降も平成29年6月30日まで従前の契約約款が適用されるものとします。契約者が、平成29年7月1日以降、当該 IIJ Smart Mobile Manager サービスの利用を希望する場合は、当社が指定する方法で変更申込を行うものとします。',
        en: 'To a service contract with the item デバイス管理 (device management) made under the terms of 2016-03-31 or before, the previous terms continue to apply from 2016-04-01 until 2017-06-30. A contractor who wishes to use the service from 2017-07-01 on files a change application in the way that the provider specifies.',
      },
      {
        ja: '平成28年3月31日以前の契約約款に基づき成立したオペレーション代行オプションに係る IIJ Smart Mobile Managerサービス契約は、平成28年4月1日以降も平成29年6月30日まで従前の契約約款が適用されるものとします。',
        en: 'To a service contract for the operation-proxy option made under the terms of 2016-03-31 or before, the previous terms continue to apply from 2016-04-01 until 2017-06-30.',
      },
    ],
  },
  plain('2017-02-01', '平成29年2月1日'),
  plain('2017-07-01', '平成29年7月1日'),
  plain('2024-01-01', '令和6年1月1日'),
  plain('2025-04-01', '令和7年4月1日'),
];
