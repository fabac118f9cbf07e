/** Words of the steps that lead to an answer. Values of the parameters are worded by `explain`. */
export const ANSWER_WORDS = {
  // Notices and endings (Art. 8-7, 10)
  'notice.arrived': {
    ja: '{subject}の解約申込書による通知が{arrivedOn}に到達しました。',
    en: 'The cancellation notice for {subject} arrived on {arrivedOn}.',
  },
  'notice.first_day_not_counted': {
    ja: '期間の初日である到達日{arrivedOn}は算入しません。',
    en: 'The day of arrival, {arrivedOn}, is not counted.',
  },
  'notice.earliest': {
    ja: '到達した日から{noticeDays}日を経過する日は{earliestOn}です。',
    en: '{noticeDays} days from arrival elapse on {earliestOn}.',
  },
  'notice.designated': {
    ja: '効力が生ずる日として{designatedOn}が指定されています。',
    en: 'The notice designates {designatedOn}.',
  },
  'notice.effective': {
    ja: 'いずれか遅い日である{effectiveOn}に、{subject}の終了の効力が生じます。',
    en: 'The later of these days counts: {subject} ends on {effectiveOn}.',
  },
  'ending.linked': {
    ja: '種別「{kind}」では、{option}の解除により、対応するサービス契約も同日（{effectiveOn}）に解除されます。',
    en: 'Under the kind {kind}, the end of {option} ends the service contract on the same day, {effectiveOn}.',
  },
  'ending.with_service': {
    ja: '{option}はサービス契約を前提とするため、サービス契約と同日（{effectiveOn}）に終了します。',
    en: '{option} requires the service contract and ends with it on {effectiveOn}.',
  },
  'ending.previous_terms': {
    ja: '従前の規程は{until}まで適用されます。それまでに変更申込の承諾がないため、{subject}は同日で終了します。',
    en: 'The previous terms apply until {until}. Without a change application accepted by then, {subject} ends on that day.',
  },
  // Which terms, which item (supplementary provisions)
  'revision.current': {
    ja: '{effectiveOn}に実施された規程が適用されます。',
    en: 'The terms in effect since {effectiveOn} apply.',
  },
  'revision.previous': {
    ja: '{subject}には、{until}まで従前の規程（{effectiveOn}実施）が適用されます。',
    en: 'The previous terms (of {effectiveOn}) apply to {subject} until {until}.',
  },
  'item.renamed': {
    ja: '品目「{from}」の契約は、{effectiveOn}から品目「{to}」の契約として存続します。',
    en: 'From {effectiveOn}, a contract of the item {from} continues as one of the item {to}.',
  },
  'item.continued': {
    ja: '{acceptedOn}に承諾された変更申込により、{from}から品目「{item}」（種別「{kind}」）の契約となります。',
    en: 'By the change application accepted on {acceptedOn}, it is a contract of the item {item} ({kind}) from {from}.',
  },
  // Applications (Art. 5, 7)
  'application.one_per_kind': {
    ja: '品目「{item}」では一の種別ごとに一の契約を締結します。同じ種別の契約はほかにありません。',
    en: 'There is one contract for one kind of {item}, and no other contract of this kind.',
  },
  'application.qualified': {
    ja: '{option}を利用できる契約があります。',
    en: 'There is a contract for which {option} can be used.',
  },
  'application.change': {
    ja: '従前の規程が適用されている間の変更申込です。品目「{item}」として継続します。',
    en: 'The change application comes while the previous terms apply: the contract goes on as {item}.',
  },
  // Counts and fees (Art. 8-5, 11, Sch. 1)
  'count.applied': {
    ja: '{appliedOn}の申込で指定された{subject}の台数は{deviceCount}台です。',
    en: 'The application of {appliedOn} designated {deviceCount} devices for {subject}.',
  },
  'count.changed': {
    ja: '{askedOn}の請求により、{subject}の台数は{from}から{deviceCount}台です（変更は暦月単位）。',
    en: 'By the request of {askedOn}, {subject} counts {deviceCount} devices from {from} on; changes go by calendar month.',
  },
  'fee.initial_due': {
    ja: '{subject}の初期費用の支払義務は、申込を承諾した{acceptedOn}に発生します。',
    en: 'The duty to pay the initial fee of {subject} arises on acceptance, {acceptedOn}.',
  },
  'fee.monthly_due': {
    ja: '{subject}の月額費用の支払義務は、課金開始日である{billingStartOn}に発生します。',
    en: 'The duty to pay monthly fees of {subject} arises on the billing start date, {billingStartOn}.',
  },
  'fee.full_month': {
    ja: '日割計算は適用されず、{month}分は全額です。',
    en: 'There is no proration: {month} is charged in full.',
  },
  'fee.last_month': {
    ja: '{effectiveOn}に終了するため、{month}が最後の課金月です。',
    en: 'It ends on {effectiveOn}: {month} is the last month charged.',
  },
  'fee.one_time_due': {
    ja: '一時費用は、その原因（{cause}）が生じた{on}に発生します。',
    en: 'The one-time fee arises with its cause on {on}: {cause}.',
  },
  'price.fixed': {
    ja: '{subject}の{fee}は、別紙1により{per}{unitAmount}です。',
    en: 'Schedule 1 sets the {fee} of {subject} at {unitAmount} {per}.',
  },
  'price.quoted': {
    ja: '{subject}の{fee}は、{quotedOn}に契約者に示した{per}{unitAmount}です。',
    en: 'The {fee} of {subject} is {unitAmount} {per}, as shown to the contractor on {quotedOn}.',
  },
  'compare.monthly': {
    ja: '{month}からの月額費用は{before}円から{after}円になります。',
    en: 'Monthly fees from {month} go from {before} to {after} yen.',
  },
  // Devices (Art. 1, 3)
  'os.supported': { ja: '{family} {version}は対象OSです。', en: '{family} {version} is supported.' },
  'os.version_unknown': {
    ja: '{family}は対象OSです。バージョンはまだ確認できていません（対象：{supported}）。',
    en: '{family} is supported; its version is not known yet (supported: {supported}).',
  },
  'os.family': {
    ja: '{family}は対象OSではありません。対象OSは{supported}です。',
    en: '{family} is not supported. Supported are {supported}.',
  },
  'os.version': {
    ja: '{family} {version}は対象バージョンではありません。対象は{supported}です。',
    en: '{family} {version} is not a supported version. Supported: {supported}.',
  },
  'usage_mode.supported': { ja: '利用態様「{usageMode}」は対象です。', en: 'The usage mode {usageMode} is supported.' },
  'usage_mode.not_supported': {
    ja: '利用態様「{usageMode}」は対象ではありません。対象は{supported}です。',
    en: 'The usage mode {usageMode} is not supported. Supported: {supported}.',
  },
  // Entitlements (Art. 2, 7, 8-2)
  'entitlement.none': {
    ja: '契約がありません。サービスを利用するには契約を申し込んでください。',
    en: 'There is no contract. Apply for one to use the service.',
  },
  'entitlement.waiting_answer': {
    ja: '申込に対する当社の承諾を待っています。',
    en: 'The application is waiting for the provider to accept it.',
  },
  'entitlement.waiting_start': {
    ja: '契約は{startOn}に開始します。',
    en: 'The contract starts on {startOn}.',
  },
  'entitlement.waiting_licence': {
    ja: 'ソフトウェアのライセンス条件への同意が必要です。「契約と請求」で同意してください。',
    en: 'The software licence terms must be agreed to, under "Contract and billing".',
  },
  'entitlement.waiting_activation': {
    ja: '契約の利用開始処理を待っています。',
    en: 'The contract is waiting to be activated.',
  },
  'entitlement.kind': {
    ja: '品目「{item}」、種別「{kind}」の契約が有効です。',
    en: 'A contract of the item {item}, kind {kind}, is in force.',
  },
  'entitlement.historical': {
    ja: '品目「{item}」の契約が有効です。',
    en: 'A contract of the item {item} is in force.',
  },
  'entitlement.ends': { ja: '契約は{endsOn}に終了します。', en: 'The contract ends on {endsOn}.' },
  'entitlement.readable': {
    ja: '契約は終了しました。データは{until}まで閲覧できます。',
    en: 'The contract has ended. Data can be read until {until}.',
  },
  'entitlement.closed': {
    ja: '契約は終了し、データの閲覧期間も{until}に終わりました。',
    en: 'The contract has ended, and data could be read until {until}.',
  },
  'entitlement.enroll': {
    ja: '端末機器を登録するには、種別「デバイス・アプリ管理」の有効な契約が必要です。「契約と請求」で申し込み、承諾後にライセンス条件へ同意してください。',
    en: 'Enrolling devices needs a device-and-app contract in force. Apply under "Contract and billing", and agree to the licence once the application is accepted.',
  },
  'entitlement.control': {
    ja: '遠隔制御には、種別「デバイス・アプリ管理」の有効な契約が必要です。「契約と請求」を確認してください。',
    en: 'Remote control needs a device-and-app contract in force. See "Contract and billing".',
  },
  'entitlement.configure': {
    ja: '設定管理には、種別「デバイス・アプリ管理」の有効な契約が必要です。「契約と請求」を確認してください。',
    en: 'Configuration management needs a device-and-app contract in force. See "Contract and billing".',
  },
  'entitlement.observe': {
    ja: '情報収集には、種別「デバイス・アプリ管理」の有効な契約が必要です。「契約と請求」を確認してください。',
    en: 'Information collection needs a device-and-app contract in force. See "Contract and billing".',
  },
  'entitlement.distribute_apps': {
    ja: 'アプリケーションの配信には、有効な契約が必要です。「契約と請求」を確認してください。',
    en: 'Distributing applications needs a contract in force. See "Contract and billing".',
  },
  'entitlement.container': {
    ja: 'コンテナ領域の利用には、有効なセキュアAppコネクトオプションが必要です。「契約と請求」を確認してください。',
    en: 'The secure container needs the secure-app-connect option in force. See "Contract and billing".',
  },
  'entitlement.desk': {
    ja: '端末機器の遠隔制御の代行には、有効なオペレーション代行オプションが必要です。「契約と請求」を確認してください。',
    en: 'Operation by the provider\'s desk needs the operation-proxy option in force. See "Contract and billing".',
  },
} as const;
