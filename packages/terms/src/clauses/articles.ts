import type { Words } from '../model.ts';

/** An article in its paragraphs; a paragraph may have numbered items. `ja` is the terms' own wording, `en` our translation. */
export type Article = {
  readonly number: number;
  readonly heading: Words;
  readonly paragraphs: readonly Paragraph[];
};
export type Paragraph = Words & { readonly items?: readonly Words[] };

/** 個別規程 IIJ Smart Mobile Manager サービス, as of 2025-04-01. Spaces that come from the page layout are left out. */
export const ARTICLES: readonly Article[] = [
  {
    number: 1,
    heading: { ja: '品目', en: 'Item' },
    paragraphs: [
      {
        ja: 'IIJ Smart Mobile Manager サービスには、次の品目(以下この個別規程において「品目」といいます。)があります。\n品目 内容\nMaaS360 端末機器について、その OSが当社指定の対象 OSであり且つ当社が指定する利用態様であるものを対象として、端末機器及び／又は当該端末機器上で動作するアプリケーションを遠隔制御、設定管理及び情報収集等を同一基盤上で統合的に提供するもの',
        en: 'The IIJ Smart Mobile Manager service has the following item ("item" in these terms).\nMaaS360: provides, integrated on one platform, remote control, configuration management, information collection and the like of devices and/or of the applications running on them, for devices whose OS is a supported OS specified by the provider and whose usage mode is one specified by the provider.',
      },
    ],
  },
  {
    number: 2,
    heading: { ja: '種別', en: 'Kinds' },
    paragraphs: [
      {
        ja: '品目を MaaS360 とする IIJ Smart Mobile Manager サービスには、次の種別(以下この個別規程において「種別」といいます。)があります。\n種別 内容\nデバイス・アプリ管理 端末機器及び当該端末機器上で動作するアプリケーションについて、遠隔制御、設定管理及び情報収集等を実施する機能を提供するもの\nアプリ管理 端末機器に対し、端末機器上で動作するアプリケーションを配信する機能を提供するもの',
        en: 'The service with the item MaaS360 has the following kinds ("kinds" in these terms).\nDevice and app management: provides functions of remote control, configuration management, information collection and the like for devices and the applications running on them.\nApp management: provides functions that distribute to devices the applications running on them.',
      },
    ],
  },
  {
    number: 3,
    heading: { ja: '対象 OS', en: 'Supported OS' },
    paragraphs: [
      {
        ja: '品目を MaaS360 とする IIJ Smart Mobile Managerサービスにおいて契約者が利用することができる OSは、当社が別途指定する OSであり、且つ、当該 OSのバージョンが当社の指定するバージョンに適合している必要があります。',
        en: 'The OS that a contractor can use in the service with the item MaaS360 must be an OS that the provider specifies separately, and its version must match the version that the provider specifies.',
      },
    ],
  },
  {
    number: 4,
    heading: { ja: '最低利用期間', en: 'Minimum term' },
    paragraphs: [
      {
        ja: 'IIJ Smart Mobile Manager サービスに係る IIJインターネットサービス契約(以下「IIJ Smart Mobile Managerサービス契約」といいます。)においては、最低利用期間はありません。',
        en: 'The IIJ Internet service contract for this service (the "service contract") has no minimum term.',
      },
    ],
  },
  {
    number: 5,
    heading: { ja: '契約の単位', en: 'Unit of contract' },
    paragraphs: [
      {
        ja: '当社は、品目を MaaS360 とする IIJ Smart Mobile Manager サービスの場合にあっては、一の種別毎に一の IIJ Smart Mobile Manager サービス契約を締結します。',
        en: 'For the service with the item MaaS360, the provider concludes one service contract for each kind.',
      },
    ],
  },
  {
    number: 6,
    heading: { ja: '利用条件', en: 'Conditions of use' },
    paragraphs: [
      {
        ja: '契約者は IIJ Smart Mobile Manager サービスを利用するにあたり、次の事項を行っていただく必要があります。',
        en: 'To use the service, the contractor must do the following.',
        items: [
          {
            ja: 'IIJ Smart Mobile Manager サービスの対象とする端末機器の用意',
            en: 'Provide the devices to which the service applies.',
          },
          {
            ja: 'IIJ Smart Mobile Manager サービスの対象とする端末機器の設定',
            en: 'Set up the devices to which the service applies.',
          },
          {
            ja: '前号に定める設定のほか、当社が指定する方法による IIJ Smart Mobile Manager サービスを利用するための必要な設定',
            en: 'Besides the settings of the preceding item, make the settings needed to use the service, in the way that the provider specifies.',
          },
          {
            ja: '前 3号に定める事項のほか、当社が個別に指定するもの',
            en: 'Besides the preceding three items, whatever the provider specifies individually.',
          },
        ],
      },
      {
        ja: '前項に定める事項を契約者が行っていただけない場合には、IIJ Smart Mobile Manager サービスを提供することができないことがあり、当社は、当該提供できないことについて債務不履行責任を負いません。',
        en: 'If the contractor does not do what the preceding paragraph requires, the service may not be provided, and the provider is not liable for non-performance in that respect.',
      },
    ],
  },
  {
    number: 7,
    heading: { ja: '利用資格', en: 'Qualification' },
    paragraphs: [
      {
        ja: '品目を Maas360 とする IIJ Smart Mobile Manager サービスを利用するには、同サービスに用いられるソフトウェアのライセンサー等が定める事項（別途当社が指定するものとします）に同意するものとします。',
        en: 'To use the service with the item MaaS360, the contractor agrees to what the licensors of the software used in the service stipulate (as the provider specifies separately).',
      },
      {
        ja: 'セキュア App コネクトオプションを利用するには、品目を MaaS360 とする IIJ Smart Mobile Manager サービスの契約者である必要があります。',
        en: 'To use the secure-app-connect option, one must be a contractor of the service with the item MaaS360.',
      },
      {
        ja: 'オペレーション代行オプションを利用するには、品目を MaaS360 とする IIJ Smart Mobile Manager サービスの契約者である必要があります。',
        en: 'To use the operation-proxy option, one must be a contractor of the service with the item MaaS360.',
      },
    ],
  },
  {
    number: 8,
    heading: { ja: 'オプションサービス', en: 'Option services' },
    paragraphs: [
      {
        ja: '当社は、当社所定の申込書により当社に対し申込があった場合において、オプションサービスを提供します。',
        en: 'The provider provides option services when they are applied for with the provider’s form.',
      },
      {
        ja: 'IIJ Smart Mobile Manager サービスには、次のオプションサービスがあります。',
        en: 'The service has the following option services.',
        items: [
          {
            ja: 'セキュア App コネクトオプション\n品目を MaaS360 とする IIJ Smart Mobile Manager サービスの契約者に対し、隔離されたコンテナ領域を提供するためのソフトウェアを当社が別途定める仕様に基づき提供するオプションサービス',
            en: 'Secure-app-connect option\nProvides contractors of the service with the item MaaS360 with software for an isolated container area, according to specifications that the provider sets separately.',
          },
          {
            ja: 'オペレーション代行オプション\n品目を MaaS360 とする IIJ Smart Mobile Managerサービスの契約者に対し、24時間 365日の態様により端末機器の遠隔制御を代行するものであって、当社が別途定める仕様に基づき提供するオプションサービス',
            en: 'Operation-proxy option\nCarries out remote control of devices on behalf of contractors of the service with the item MaaS360, 24 hours a day, 365 days a year, according to specifications that the provider sets separately.',
          },
        ],
      },
      {
        ja: 'セキュア App コネクトオプションの契約者は、当社が提供するソフトウェアを利用するにあたり、別途当社が定めるソフトウェアに関する使用許諾条件を遵守するものとします。',
        en: 'When using the software provided, contractors of the secure-app-connect option observe the software licence conditions that the provider sets separately.',
      },
      {
        ja: '種別をアプリ管理とする IIJ Smart Mobile Managerサービスにおいてセキュア App コネクトオプションを利用するには、当該サービスの利用の申込と同時にセキュア App コネクトオプションの利用の申込を行うことが必要です。',
        en: 'To use the secure-app-connect option in the service of the kind app management, the option must be applied for at the same time as the service.',
      },
      {
        ja: 'オペレーション代行オプションの契約者は、端末機器台数の変更を請求することができるものとします。なお、当該変更は暦月単位でのみ行うことができます。',
        en: 'Contractors of the operation-proxy option may request a change of the number of devices. The change can be made by calendar month only.',
      },
      {
        ja: 'オプションサービスにおける最低利用期間はありません。',
        en: 'Option services have no minimum term.',
      },
      {
        ja: '契約者が当社所定の解約申込書でオプションサービスの利用の停止に係る通知をした場合、当該通知が当社に到達した日から 30日を経過する日又は契約者が当該通知において解除の効力が生じる日として指定した日のいずれか遅い日に、利用の停止の効力が生じるものとします。',
        en: 'When a contractor gives notice with the provider’s form that it stops using an option service, stopping takes effect on the later of the day on which 30 days elapse from the arrival of the notice at the provider, and the day that the contractor designates in the notice.',
      },
    ],
  },
  {
    number: 9,
    heading: { ja: 'ソフトウェアの利用', en: 'Use of software' },
    paragraphs: [
      {
        ja: '契約者は、品目を Maas360 とする IIJ Smart Mobile Manager サービスを利用する場合において、当社又は第三者が提供するソフトウェアを利用することができるものとします。',
        en: 'When using the service with the item MaaS360, the contractor may use software provided by the provider or by third parties.',
      },
      {
        ja: '契約者は、前項の利用の場合において、別途当社が定めるソフトウェアに関する使用許諾条件を遵守するものとします。',
        en: 'In doing so, the contractor observes the software licence conditions that the provider sets separately.',
      },
    ],
  },
  {
    number: 10,
    heading: { ja: '解除の効力が生ずる日', en: 'Day on which a cancellation takes effect' },
    paragraphs: [
      {
        ja: 'IIJ Smart Mobile Manager サービスにおいて、契約者が当社所定の解約申込書で通知をした場合、当該通知が当社に到達した日から 30日を経過する日又は契約者が当該通知において解除の効力が生ずる日として指定した日のいずれか遅い日に、当該契約の解除の効力が生ずるものとします。',
        en: 'When a contractor gives notice with the provider’s cancellation form, the cancellation of the contract takes effect on the later of the day on which 30 days elapse from the arrival of the notice at the provider, and the day that the contractor designates in the notice.',
      },
      {
        ja: '種別をアプリ管理とする IIJ Smart Mobile Manager サービスにおけるセキュア App コネクトオプション契約が解除された場合には、当該オプション契約が対応する IIJ Smart Mobile Manager サービス契約は同日に解除されるものとします。',
        en: 'When the secure-app-connect option contract in the service of the kind app management is cancelled, the service contract to which it belongs is cancelled on the same day.',
      },
    ],
  },
  {
    number: 11,
    heading: { ja: '料金', en: 'Fees' },
    paragraphs: [
      {
        ja: '契約者が、IIJ Smart Mobile Manager サービスの利用に関して支払うべき料金の額は、別紙 1のとおりとします。この場合において、初期費用の支払義務は IIJ Smart Mobile Manager サービスの申込を当社が承諾した時点で、月額費用の支払義務は課金開始日に、一時費用の支払義務は当該一時費用の発生に係る契約内容変更の申込を当社が承諾した時点又は当社における申込の承諾を要しない事項に係るものにおいては当該一時費用の発生原因となる事実が発生した時点で、それぞれ発生するものとします。',
        en: 'The fees that the contractor pays for the use of the service are those of Schedule 1. The duty to pay the initial fee arises when the provider accepts the application for the service; that to pay the monthly fee on the billing start date; that to pay a one-time fee when the provider accepts the application for the change of the contract that causes it, or, where no acceptance is needed, when the fact that causes it occurs.',
      },
    ],
  },
  {
    number: 12,
    heading: { ja: '保証の限定', en: 'Limits of guarantee' },
    paragraphs: [
      {
        ja: 'IIJ Smart Mobile Manager サービスは以下の事項を保証するものではありません。',
        en: 'The service does not guarantee the following.',
        items: [
          { ja: '常に利用可能であること', en: 'That it can be used at all times.' },
          {
            ja: 'その他完全性、正確性及び契約者の利用目的への適合性',
            en: 'Completeness, accuracy and fitness for the contractor’s purpose.',
          },
        ],
      },
    ],
  },
  {
    number: 13,
    heading: { ja: '機能の制限', en: 'Limits of functions' },
    paragraphs: [
      {
        ja: 'IIJ Smart Mobile Manager サービスは、無線ネットワーク区間その他 IIJ Smart Mobile Managerサービスが利用する通信区間における技術的な制約により、その機能の全部又は一部が制限されることがあります。',
        en: 'All or part of the functions of the service may be limited by technical constraints of wireless networks and of the other networks that the service uses.',
      },
    ],
  },
];
