import { licenceHash } from '../licences.ts';
import type { Licence } from '../model.ts';

const FIRST = Temporal.PlainDate.from('2026-01-01');

const withHash = (licence: Omit<Licence, 'sha256'>): Licence => ({ ...licence, sha256: licenceHash(licence) });

/**
 * The licence documents of this installation as delivered (Art. 7-1, 8-3, 9-2), in our own plain words; the provider
 * replaces them by its licensors' terms in the catalogue. Contracts accepted before 2026 were agreed to on paper.
 */
export const LICENCES: readonly Licence[] = [
  withHash({
    document: 'service-software',
    version: '1',
    title: { ja: '管理ソフトウェア使用許諾条件', en: 'Licence terms of the management software' },
    text: {
      ja: [
        '1. 契約者は、本サービスの契約が有効な間、端末機器及びその上のアプリケーションを管理する目的に限り、管理ソフトウェアを利用できます。',
        '2. 契約者は、管理の対象となる端末機器の利用者に、端末機器が管理されること、並びに収集される情報及びその目的を、あらかじめ知らせるものとします。',
        '3. 管理ソフトウェアの複製、改変、再配布及び第三者への利用許諾はできません。法令が認める場合を除きます。',
        '4. 端末機器のOSの提供者が定める条件は、この条件とあわせて適用されます。',
        '5. 契約が終了したときは、管理ソフトウェアの利用を終了し、端末機器から管理を解除するものとします。',
      ].join('\n'),
      en: [
        '1. While its contract is in force, the contractor may use the management software, only to manage its devices and the applications on them.',
        '2. The contractor tells the people who use managed devices beforehand that the devices are managed, what information is collected, and why.',
        '3. The management software must not be copied, changed, passed on or licensed to others, except where the law allows it.',
        '4. The terms of the makers of the operating systems apply together with these.',
        '5. When the contract ends, the contractor stops using the management software and removes management from its devices.',
      ].join('\n'),
    },
    kinds: ['device-and-app', 'app-only'],
    options: [],
    from: FIRST,
  }),
  withHash({
    document: 'secure-app-connect-software',
    version: '1',
    title: {
      ja: 'セキュアAppコネクト ソフトウェア使用許諾条件',
      en: 'Licence terms of the secure-app-connect software',
    },
    text: {
      ja: [
        '1. 契約者は、オプションが有効な間、隔離されたコンテナ領域を業務に使う目的に限り、コンテナのソフトウェアを利用できます。',
        '2. コンテナ領域に置いた業務データは、オプションの終了、端末機器の紛失時の操作又は契約者の管理者の操作により消去されることがあります。必要なデータは別に保管してください。',
        '3. 暗号化その他の保護を解除し、又は回避することはできません。',
        '4. ソフトウェアの複製、改変、再配布及び第三者への利用許諾はできません。法令が認める場合を除きます。',
      ].join('\n'),
      en: [
        '1. While the option is in force, the contractor may use the container software, only for work in the isolated container area.',
        '2. Business data in the container may be erased when the option ends, when a device is reported lost, or by the contractor’s administrators. Keep what is needed elsewhere as well.',
        '3. Encryption and other protection must not be removed or circumvented.',
        '4. The software must not be copied, changed, passed on or licensed to others, except where the law allows it.',
      ].join('\n'),
    },
    kinds: [],
    options: ['secure-app-connect'],
    from: FIRST,
  }),
];
