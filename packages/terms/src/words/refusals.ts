/** Words of what is refused: each names what is wrong and, where it helps, what is accepted. */
export const REFUSAL_WORDS = {
  // Form
  'day.form': {
    ja: '{field}は「{value}」ではなく、2026-04-01のような年-月-日で指定してください。',
    en: '{field} takes a day like 2026-04-01, not "{value}".',
  },
  'day.does_not_exist': {
    ja: '{field}の{value}は存在しない日付です。',
    en: '{field}: the day {value} does not exist.',
  },
  'day.out_of_range': {
    ja: '{field}の{value}は扱える範囲（{first}年から{last}年まで）にありません。',
    en: '{field}: {value} is outside the years {first} to {last}.',
  },
  'day.in_future': {
    ja: '{on}は未来の日付です（本日は{today}）。',
    en: '{on} is in the future; today is {today}.',
  },
  'month.form': {
    ja: '{field}は「{value}」ではなく、2026-04のような年-月で指定してください。',
    en: '{field} takes a month like 2026-04, not "{value}".',
  },
  'month.does_not_exist': {
    ja: '{field}の{value}は存在しない月です。',
    en: '{field}: the month {value} does not exist.',
  },
  'range.reversed': {
    ja: '期間の終わり（{to}）が始まり（{from}）より前です。',
    en: 'The range ends ({to}) before it begins ({from}).',
  },
  'range.too_long': { ja: '期間は{months}か月までです。', en: 'A range has at most {months} months.' },
  'amount.out_of_range': {
    ja: '金額は{min}円から{max}円までの整数です（指定：{amount}）。',
    en: 'An amount is a whole number of yen from {min} to {max}, not {amount}.',
  },
  'amount.too_large': {
    ja: '{subject}の金額（{quantity} × {unitAmount}）が計算できる範囲を超えています。',
    en: 'The amount of {subject} ({quantity} × {unitAmount}) is too large to be computed.',
  },
  'form.not_an_object': { ja: '{field}はオブジェクトで指定してください。', en: '{field} must be an object.' },
  'form.not_a_list': { ja: '{field}はリストで指定してください。', en: '{field} must be a list.' },
  'form.list_length': {
    ja: '{field}は{min}件以上{max}件以下で指定してください。',
    en: '{field} takes {min} to {max} entries.',
  },
  'form.not_a_text': {
    ja: '{field}は{max}文字以内の文字列で指定してください。',
    en: '{field} must be a text of at most {max} characters.',
  },
  'form.not_a_number': {
    ja: '{field}は{min}から{max}までの整数で指定してください（指定：{value}）。',
    en: '{field} must be a whole number from {min} to {max}, not {value}.',
  },
  'form.not_a_switch': { ja: '{field}はtrueまたはfalseで指定してください。', en: '{field} must be true or false.' },
  'form.not_one_of': {
    ja: '{field}は次のいずれかです：{accepted}（指定：{value}）。',
    en: '{field} must be one of {accepted}, not "{value}".',
  },
  'form.unknown_field': {
    ja: '{field}に知らない項目「{name}」があります。使える項目：{accepted}。',
    en: '{field} has an unknown field "{name}". Accepted: {accepted}.',
  },
  'form.hash': { ja: '{field}はSHA-256の16進数64桁です。', en: '{field} must be a SHA-256 in 64 hexadecimal digits.' },
  'form.version': {
    ja: '{field}は「16.4」のような番号です（指定：{value}）。',
    en: '{field} must be a version like 16.4, not "{value}".',
  },
  'form.until_before_from': {
    ja: '{field}の終わり（{until}）が始まり（{from}）より前です。',
    en: '{field} ends ({until}) before it begins ({from}).',
  },
  'book.repeated': { ja: '{field}「{name}」が重複しています。', en: '{field} "{name}" is there twice.' },
  'book.unknown_reference': {
    ja: '{field}が、登録されていない「{name}」を指しています。',
    en: '{field} refers to "{name}", which does not exist.',
  },
  'book.no_revision': { ja: '規程の版が一つもありません。', en: 'There is no version of the terms.' },
  // History
  'history.seq': {
    ja: '履歴の番号は{next}でなければなりません（指定：{seq}）。',
    en: 'The next entry of the history has the number {next}, not {seq}.',
  },
  'history.same_seq': {
    ja: '履歴の番号{seq}が重複しています。',
    en: 'The history has two entries with the number {seq}.',
  },
  'history.corrects_unknown': {
    ja: '訂正（番号{seq}）が指す番号{corrects}の記録は、それより前にありません。',
    en: 'Entry {seq} corrects entry {corrects}, which is not among the entries before it.',
  },
  'history.not_applied': {
    ja: '{on}の時点では、サービス契約の申込がありません。',
    en: 'On {on} the service had not been applied for.',
  },
  'history.second_service': {
    ja: 'この契約にはすでにサービスの申込があります。別の契約として申し込んでください。',
    en: 'This contract already has an application for the service; another one is another contract.',
  },
  'correction.other_type': {
    ja: '番号{corrects}の記録の種類は「{type}」です。訂正で種類は変えられません。',
    en: 'Entry {corrects} is of the type {type}; a correction keeps the type.',
  },
  // Applications
  'application.known': {
    ja: '申込{application}はすでに記録されています。',
    en: 'The application {application} is already recorded.',
  },
  'application.unknown': {
    ja: '申込{application}は記録されていません。',
    en: 'There is no application {application}.',
  },
  'application.answered': {
    ja: '申込{application}は{on}に回答済みです（{answer}）。',
    en: 'The application {application} was already answered on {on} ({answer}).',
  },
  'application.without_service': {
    ja: '申込にサービスが含まれていません。',
    en: 'The application does not include the service.',
  },
  'application.repeated': { ja: '申込に{subject}が二度含まれています。', en: 'The application names {subject} twice.' },
  'application.no_contract': {
    ja: 'オプションや変更を申し込む対象の契約がありません。',
    en: 'There is no contract to which options or changes could be added.',
  },
  'application.not_a_contractor': {
    ja: 'オプションサービスを利用するには、サービスの契約者である必要があります（契約の状態：{phase}）。',
    en: 'An option requires being a contractor of the service; the contract is {phase}.',
  },
  'application.other_contract': {
    ja: '申込の品目・種別が契約（{item} {kind}）と異なります。',
    en: 'The application names another item or kind than the contract ({item} {kind}).',
  },
  'answer.before_application': {
    ja: '{on}は申込の日（{appliedOn}）より前です。',
    en: '{on} is before the application of {appliedOn}.',
  },
  'start.before_acceptance': {
    ja: '開始日{startOn}が承諾日{acceptedOn}より前です。',
    en: 'The start, {startOn}, is before the acceptance of {acceptedOn}.',
  },
  'item.not_offered': {
    ja: '品目「{item}」は{on}には提供していません。',
    en: 'The item {item} is not offered on {on}.',
  },
  'kind.missing': { ja: '品目「{item}」には種別が必要です：{kinds}。', en: 'The item {item} needs a kind: {kinds}.' },
  'kind.not_offered': {
    ja: '品目「{item}」の種別「{kind}」は{on}には提供していません。',
    en: 'The kind {kind} of the item {item} is not offered on {on}.',
  },
  'option.not_offered': {
    ja: '{option}というオプションは{on}には提供していません。',
    en: 'The option {option} is not offered on {on}.',
  },
  'option.other_item': {
    ja: '{option}を利用するには、品目「{needed}」の契約者である必要があります（品目：{item}）。',
    en: '{option} requires being a contractor of the item {needed}; this is {item}.',
  },
  'option.only_together': {
    ja: '種別「{kind}」では、{option}はサービスの利用の申込と同時に申し込む必要があります。後からの申込はできません。',
    en: 'Under the kind {kind}, {option} can only be applied for together with the service; a later application is refused.',
  },
  'option.second': {
    ja: '{option}はすでに申込済みまたは利用中です。',
    en: '{option} has already been applied for or is in force.',
  },
  'contract.second_of_kind': {
    ja: '種別「{kind}」の契約は一つだけです。{appliedOn}に申し込まれた契約（{phase}）がすでにあります。',
    en: 'There is one contract for the kind {kind}; the one applied for on {appliedOn} is {phase}.',
  },
  'change.no_transition': {
    ja: '{on}には、変更申込の対象となる経過措置がありません。',
    en: 'On {on} no transitional rule applies under which a change could be applied for.',
  },
  'change.ending': {
    ja: 'この契約は{endsOn}に終了するため、変更申込はできません。',
    en: 'The contract ends on {endsOn}; it cannot go on by a change application.',
  },
  'change.second': { ja: '変更申込はすでに承諾されています。', en: 'A change application has already been accepted.' },
  'change.too_late': {
    ja: '変更申込の承諾は{until}までです（指定：{on}）。',
    en: 'A change application can be accepted until {until}, not on {on}.',
  },
  // Quotes
  'quote.what_for': {
    ja: '見積りは、申込に対するものか、特定の月からの新しい料金のどちらか一方です。',
    en: 'A quote is either for an application or for a running contract from a month on.',
  },
  'quote.other_subject': {
    ja: '{subject}は見積りの対象に含まれていません。',
    en: '{subject} is not part of what is quoted for.',
  },
  'quote.fixed_price': {
    ja: '{subject}の{fee}は別紙1で定まっており、個別の見積りはできません。',
    en: 'Schedule 1 fixes the {fee} of {subject}; it cannot be quoted.',
  },
  'quote.expired': {
    ja: '見積りの有効期限は{validUntil}です（指定：{on}）。',
    en: 'The quote was valid until {validUntil}, not on {on}.',
  },
  'quote.month_passed': {
    ja: '過ぎた月（{from}）の料金は変更できません。',
    en: 'Prices of a month that has passed ({from}) cannot be changed.',
  },
  'quote.initial_later': {
    ja: '契約中の{subject}の初期費用は変更できません。',
    en: 'The initial fee of {subject} cannot be changed later.',
  },
  'quote.os_elsewhere': {
    ja: 'OS別の料金はサービスの月額費用だけに設定できます。',
    en: 'Only the monthly fee of the service may depend on the OS.',
  },
  'quote.repeated': { ja: '{subject}の{fee}が二度示されています。', en: 'The {fee} of {subject} is quoted twice.' },
  'price.not_quoted': {
    ja: '{subject}の{fee}は個別に示す金額ですが、まだ示されていません（{month}）。',
    en: 'The {fee} of {subject} is quoted individually, and has not been quoted ({month}).',
  },
  'price.not_in_schedule': {
    ja: '{effectiveOn}実施の規程の別紙1に、{subject}の{fee}がありません。',
    en: 'Schedule 1 of the terms of {effectiveOn} has no {fee} for {subject}.',
  },
  // Subjects, licences, activation, billing start
  'subject.unknown': { ja: 'この契約に{subject}はありません。', en: 'This contract has no {subject}.' },
  'subject.not_accepted': {
    ja: '{subject}の申込はまだ承諾されていません。',
    en: '{subject} has not been accepted.',
  },
  'subject.before_acceptance': {
    ja: '{on}は{subject}の承諾日（{acceptedOn}）より前です。',
    en: '{on} is before {subject} was accepted on {acceptedOn}.',
  },
  'licence.unknown': {
    ja: 'ライセンス文書「{document}」の版{version}はありません。',
    en: 'There is no version {version} of the licence document {document}.',
  },
  'licence.other_text': {
    ja: '同意の対象が、ライセンス文書「{document}」版{version}の文面と一致しません。',
    en: 'What was agreed to is not the text of {document}, version {version}.',
  },
  'licence.missing': {
    ja: 'ライセンス文書「{document}」版{version}への同意がないため、利用を開始できません。',
    en: 'The licence document {document}, version {version}, has not been agreed to.',
  },
  'activation.already': {
    ja: '{subject}は{activatedOn}に利用開始済みです。',
    en: '{subject} was already activated on {activatedOn}.',
  },
  'activation.before_start': {
    ja: '{subject}の利用開始（{on}）が開始日{startOn}より前です。',
    en: '{subject} cannot be activated on {on}, before its start on {startOn}.',
  },
  'billing.before_acceptance': {
    ja: '課金開始日{on}が、{subject}の承諾日{acceptedOn}より前です。',
    en: 'The billing start, {on}, is before {subject} was accepted on {acceptedOn}.',
  },
  'billing.already': {
    ja: '{subject}の課金開始日はすでに{billingStartOn}です。',
    en: 'The billing start of {subject} is already {billingStartOn}.',
  },
  'billing.after_end': {
    ja: '課金開始日{on}が、{subject}の終了日{endsOn}より後です。',
    en: 'The billing start, {on}, is after {subject} ends on {endsOn}.',
  },
  // Counts
  'count.missing': { ja: '{subject}には端末機器の台数の指定が必要です。', en: '{subject} needs a number of devices.' },
  'count.out_of_range': {
    ja: '{subject}の台数は1台から{max}台までの整数です（指定：{deviceCount}）。',
    en: 'The number of devices of {subject} is a whole number from 1 to {max}, not {deviceCount}.',
  },
  'count.not_known': {
    ja: '{month}の{subject}の台数が分かりません。',
    en: 'The number of devices of {subject} in {month} is not known.',
  },
  'count.not_changeable': {
    ja: '{subject}は台数変更の対象ではありません。',
    en: 'The number of devices of {subject} cannot be changed by request.',
  },
  'count.month_begun': {
    ja: '台数の変更は暦月単位です。{askedOn}の請求では、すでに始まった月（{from}）の台数は変更できません。',
    en: 'Changes go by calendar month: a request of {askedOn} cannot change a month that has begun ({from}).',
  },
  'count.after_end': {
    ja: '{subject}は{endsOn}に終了するため、{from}からの台数は変更できません。',
    en: '{subject} ends on {endsOn}; its count cannot be changed from {from}.',
  },
  'count.unknown': {
    ja: '番号{asked}の台数変更の請求はありません。',
    en: 'There is no request for a change of count with the number {asked}.',
  },
  'count.answered': {
    ja: '番号{asked}の台数変更の請求は回答済みです。',
    en: 'The request for a change of count {asked} was already answered.',
  },
  // Notices and ends
  'notice.arrived_in_future': {
    ja: '通知の到達日{on}は未来の日付です（本日は{today}）。',
    en: 'The notice cannot have arrived on {on}: today is {today}.',
  },
  'notice.before_acceptance': {
    ja: '通知の到達日{on}が、{subject}の承諾日{acceptedOn}より前です。',
    en: 'The notice arrived on {on}, before {subject} was accepted on {acceptedOn}.',
  },
  'notice.already_ended': { ja: '{subject}は{endsOn}に終了しています。', en: '{subject} already ended on {endsOn}.' },
  'notice.changes_nothing': {
    ja: '{subject}はすでに{endsOn}に終了することが決まっており、この通知で早まりません。',
    en: '{subject} already ends on {endsOn}, and this notice would not end it earlier.',
  },
  'notice.unknown': {
    ja: '番号{notice}の有効な解約通知はありません。',
    en: 'There is no notice in effect with the number {notice}.',
  },
  'notice.withdrawn_early': {
    ja: '{on}は通知の到達日{arrivedOn}より前です。',
    en: '{on} is before the notice arrived on {arrivedOn}.',
  },
  'notice.took_effect': {
    ja: '{subject}の通知は{endsOn}に効力が生じたため、撤回できません。',
    en: 'The notice for {subject} took effect on {endsOn} and cannot be taken back.',
  },
  'ended.not_reached': {
    ja: '終了日{on}はまだ過ぎていません（本日は{today}）。',
    en: 'The last day, {on}, is not over; today is {today}.',
  },
  'ended.other_day': {
    ja: '{subject}の終了日は{on}ではありません。終了日は通知などから決まります。',
    en: '{subject} does not end on {on}: the end follows from notices and transitional rules.',
  },
  'revision.none': { ja: '{on}に適用される規程はありません。', en: 'No terms were in effect on {on}.' },
} as const;
