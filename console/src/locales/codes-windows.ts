import type { Wordings } from './codes.ts';

const w = (ja: string, en: string) => ({ ja, en });

/** What actions do on Windows, what to know before, and why they are refused there. */
export const windowsNotes: Wordings = {
  'windows.no_remote_lock': w(
    'Windows の PC は遠隔でロックできません（Windows にその機能がありません）。回復キーの更新や再起動で代えてください。',
    'A Windows PC cannot be locked from here: Windows has no such function. Restart it or rotate its recovery key instead.',
  ),
  'windows.personally_owned': w(
    '個人所有の PC ではできません。会社は安全の状態を確認し、管理を解除することだけができます。',
    'Not on a personally-owned PC: the company sees whether it is safe and may end management, nothing else.',
  ),
  'windows.no_bitlocker': w(
    'この Windows のエディションには BitLocker がありません。',
    'This edition of Windows has no BitLocker.',
  ),
  'windows.rotation_not_possible': w(
    'この PC の回復キーは更新できません（預かった回復キーがなく、ディレクトリにも参加していません）。',
    'Its recovery key cannot be rotated: no key is in custody, and it belongs to no directory.',
  ),
  'windows.build_too_old': w(
    'この Windows は古すぎます（必要なビルド: {needs}、この PC: {build}）。',
    'This Windows is too old (needs build {needs}; this PC has {build}).',
  ),
  'windows.not_in_edition': w(
    'この Windows のエディションにはない機能です。',
    'This edition of Windows does not have it.',
  ),
  'windows.queue_full': w('この PC を待つコマンドが多すぎます。', 'Too many commands wait for this PC.'),
  'windows.command_too_large': w('コマンドが大きすぎます。', 'The command is too large.'),
  'windows.wipe_methods': w('この PC で使える消去の方法: {methods}', 'Ways to erase this PC: {methods}'),
  'windows.wipe_keeps_nothing': w(
    'アプリ・設定・利用者のファイルは何も残りません。',
    'No apps, settings or files are kept.',
  ),
  'windows.wipe_keeps_provisioning': w(
    'プロビジョニング パッケージで入れた設定は残り、再び登録されることがあります。',
    'What a provisioning package set up is kept, so that the PC may enroll again.',
  ),
  'windows.wipe_keeps_user_files': w(
    'アプリと設定は消え、利用者のファイルは残ります。',
    "Apps and settings go; the person's files are kept.",
  ),
  'windows.wipe_reinstalls_from_disk': w(
    'Windows は PC の中の回復用データから入れ直されます。',
    'Windows is installed again from the recovery data on the PC.',
  ),
  'windows.wipe_reinstalls_from_cloud': w(
    'Windows はインターネットから入れ直されます。',
    'Windows is installed again from the internet.',
  ),
  'windows.wipe_goes_on_after_power_loss': w(
    '途中で電源を切られても、消去を終えるまで続けます。',
    'It goes on until it is done, even when the power is cut.',
  ),
  'windows.renamed_after_restart': w(
    '新しい名前は次の再起動の後に有効になります。',
    'The new name holds after the next restart.',
  ),
  'windows.restarts_within_minutes': w(
    '利用者に知らせた後、数分以内に再起動します。',
    'It restarts within a few minutes, after telling its user.',
  ),
  'windows.keeps_bitlocker_and_accounts': w(
    'BitLocker の暗号化、ローカルアカウント、PC 名は元に戻りません。',
    'BitLocker encryption, local accounts and the name of the PC stay as they are.',
  ),
  'windows.recovery_password_rotates': w(
    'BitLocker の回復キーが新しくなり、古いキーは使えなくなります。',
    'BitLocker makes a new recovery key; the old one stops working.',
  ),
  'windows.unsaved_work_lost': w('保存していない作業は失われることがあります。', 'Unsaved work may be lost.'),
  'windows.wipe_can_be_interrupted': w(
    '途中で電源を切られると、消去が終わらないことがあります。',
    'Cutting the power can stop it before it is done.',
  ),
  'windows.wipe_may_not_start_again': w(
    'PC が起動しなくなることがあります。その場合は Windows の入れ直しが必要です。',
    'The PC may not start again; Windows then has to be installed anew.',
  ),
  'windows.wipe_needs_recovery_environment': w(
    '回復環境（WinRE）が壊れている、または無効な PC では実行されません。',
    'It does not happen on a PC whose recovery environment (WinRE) is broken or off.',
  ),
  'windows.wipe_needs_internet': w(
    'PC がインターネットにつながっている必要があります。',
    'The PC must be on the internet.',
  ),
  'windows.data_stays_readable_on_disk': w(
    'ディスクが暗号化されていないため、消したデータを専用の道具で読み出せることがあります。',
    'The disk is not encrypted: what was erased may still be read with special tools.',
  ),
  'windows.user_files_stay': w(
    '利用者のファイルが PC に残ります。紛失・盗難への備えにはなりません。',
    "The person's files stay on the PC: it is no help against loss or theft.",
  ),
  'windows.lock_needs_pin': w('端末に PIN がない場合は、誰でも開けます。', 'Without a PIN anybody can open it.'),
  'windows.location_services_needed': w(
    'PC の位置情報サービスがオフの場合は分かりません。',
    'Nothing is found while location services of the PC are off.',
  ),
  'windows.not_for_domain_members': w(
    'ドメインに参加している PC の名前は、ここから変更できません。',
    'A PC that belongs to a domain cannot be renamed from here.',
  ),
  'windows.no_answer_to_removal': w(
    'PC は応答せずに管理を終えるため、通信が途絶えたことで確認します。',
    'The PC leaves without an answer; its silence tells that it has gone.',
  ),
  'windows.administrator_needed_after_removal': w(
    '解除の前に、この PC にサインインできる管理者アカウントがあることを確かめてください。',
    'Make sure before that somebody can sign in to the PC as an administrator.',
  ),
  'windows.rotation_needs_script': w(
    '回復キーは、PC 上のスクリプトが次の通信で新しいキーを預けると更新されます。',
    'It is done once the script on the PC leaves the new key here at a coming contact.',
  ),
  'windows.rotation_in_directory': w(
    'ディレクトリに預けられたキーも更新されます。',
    'The key that the directory keeps is rotated as well.',
  ),
  'windows.waits_for_poll': w(
    'この PC は呼び出せないため、次に PC から通信するまで待ちます。',
    'This PC cannot be woken: it waits until the PC comes by itself.',
  ),
  'windows.accepted_only': w(
    'PC が受け付けました。実際に終わったことまでは報告されません。',
    'The PC has accepted it; it does not report that it was really done.',
  ),
  'windows.wipe_begins': w('PC が消去を始めました。', 'The PC has begun to erase itself.'),
  'windows.left_by_silence': w(
    'PC からの通信が途絶えたため、管理が終わったと判断しました。',
    'The PC no longer comes, so it has left management.',
  ),
  'windows.no_push_identity': w(
    'このサーバーに WNS の設定がないため、PC は定期の通信だけで届きます',
    'This server has no identity at WNS, so PCs are reached only when they come by themselves',
  ),
  'windows.no_channel': w(
    'PC が通知の宛先（WNS チャネル）をまだ知らせていません',
    'The PC has not said yet where it can be reached (no WNS channel)',
  ),
  'windows.poll': w(
    'PC は決められた間隔（{every}）で自分から通信します。電源とネットワークが必要です。',
    'The PC comes by itself at fixed intervals ({every}), if it is on and online.',
  ),
  'windows.poll_overdue': w(
    '予定の時刻を過ぎています。電源が切れているか、ネットワークにつながっていない可能性があります。',
    'It should have come already; it may be off or offline.',
  ),
  'windows.poll_ended': w(
    '定期の通信の予定が終わっています。利用者が PC で同期するまで分かりません。',
    'Its schedule of contacts has ended; it comes once somebody syncs it at the PC.',
  ),
  'windows.wiped': w('この PC は消去されました。もう通信しません。', 'This PC was erased and comes no more.'),
  'windows.https_needed': w(
    'Windows の登録には、このサーバーの公開アドレスが https である必要があります。',
    'Windows enrolls only with a server whose public address is https.',
  ),
  'windows.not_ready': w('Windows の端末を登録する準備ができていません。', 'Windows devices cannot be enrolled yet.'),
};

export const windowsFailures: Wordings = {
  'windows.no_fix': w('PC が位置を特定できませんでした', 'The PC could not find out where it is'),
  'windows.node_missing': w('この PC にはその機能がありません', 'This PC does not have it'),
  'windows.not_allowed': w('PC が許可しませんでした', 'The PC did not allow it'),
  'windows.rotation_failed': w('回復キーを更新できませんでした', 'The recovery key could not be rotated'),
};

export const windowsEvents: Wordings = {
  'windows.push_refused': w('WNS が通知を受け付けませんでした', 'WNS did not accept a notification'),
  'windows.push_wrong_package': w(
    'WNS の設定（パッケージ）が PC の登録と合いません',
    'The package at WNS does not fit the enrolled PCs',
  ),
  'windows.channel_refused': w(
    'PC が示した通知の宛先は WNS のものではないため使いません',
    'A PC named an address for notifications that is not of WNS; it is not used',
  ),
  'windows.poll_tightened': w(
    '届かない PC の通信の間隔を短くしました',
    'A PC that is hard to reach was told to come more often',
  ),
  'windows.wipe_did_not_happen': w(
    '消去を始めたはずの PC が、また通信しました',
    'A PC that should have erased itself made contact again',
  ),
  'windows.removal_did_not_happen': w(
    '管理を終えたはずの PC が、また通信しました',
    'A PC that should have left management made contact again',
  ),
  'windows.recovery_key_refused': w(
    'PC が預けた回復キーを受け付けませんでした',
    'A recovery key that a PC left was not accepted',
  ),
  'windows.wake_failed': w('PC を呼び出せませんでした', 'A PC could not be woken'),
};

const CAUSES: Readonly<Record<string, readonly [string, string]>> = {
  compliant: ['ポリシーどおりに暗号化されています', 'Encrypted as it should be'],
  not_compliant: ['ポリシーどおりに暗号化されていません', 'Not encrypted as it should be'],
  user_did_not_consent: ['利用者が暗号化に同意していません', 'Its user has not agreed to encryption'],
  os_volume_other_method: [
    'システムドライブの暗号化の方式が異なります',
    'The system drive is encrypted by another method',
  ],
  os_volume_unprotected: ['システムドライブが保護されていません', 'The system drive is not protected'],
  tpm_only_wanted: ['TPM だけの保護が必要ですが、使われていません', 'Protection by TPM alone is wanted and not in use'],
  tpm_pin_wanted: [
    'TPM と PIN の保護が必要ですが、使われていません',
    'Protection by TPM and PIN is wanted and not in use',
  ],
  tpm_startup_key_wanted: [
    'TPM とスタートアップキーの保護が必要ですが、使われていません',
    'Protection by TPM and startup key is wanted and not in use',
  ],
  tpm_pin_startup_key_wanted: [
    'TPM・PIN・スタートアップキーの保護が必要ですが、使われていません',
    'Protection by TPM, PIN and startup key is wanted and not in use',
  ],
  tpm_wanted: ['TPM による保護が必要ですが、使われていません', 'Protection by TPM is wanted and not in use'],
  recovery_key_backup_failed: ['回復キーの保管に失敗しました', 'The recovery key could not be backed up'],
  fixed_drive_unprotected: ['内蔵のデータドライブが保護されていません', 'A fixed drive is not protected'],
  fixed_drive_other_method: [
    '内蔵のデータドライブの暗号化の方式が異なります',
    'A fixed drive is encrypted by another method',
  ],
  administrator_wanted: ['管理者がサインインする必要があります', 'An administrator has to sign in'],
  recovery_environment_missing: ['回復環境（WinRE）がありません', 'There is no recovery environment (WinRE)'],
  tpm_not_available: ['TPM がありません', 'There is no TPM'],
  tpm_not_ready: ['TPM の準備ができていません', 'The TPM is not ready'],
  network_not_available: ['ネットワークにつながっていません', 'There is no network'],
};
const DEFENDER: Readonly<Record<string, readonly [string, string]>> = {
  clean: ['問題は見つかっていません', 'Clean'],
  needs_attention: ['対応が必要です', 'Needs attention'],
  in_order: ['正常に動いています', 'In order'],
  has_problems: ['問題があります', 'Has problems'],
  full_scan_pending: ['フルスキャンが必要です', 'A full scan is pending'],
  restart_pending: ['再起動が必要です', 'A restart is pending'],
  manual_steps_pending: ['手動での対応が必要です', 'Somebody has to act at the PC'],
  offline_scan_pending: ['オフラインスキャンが必要です', 'An offline scan is pending'],
  critical_failure: ['重大な問題があります', 'A critical failure'],
  service_not_running: ['サービスが動いていません', 'The service is not running'],
  no_engine: ['検査エンジンがありません', 'There is no engine'],
  antivirus_signatures_outdated: ['ウイルス定義が古くなっています', 'Antivirus signatures are outdated'],
  antispyware_signatures_outdated: ['スパイウェア定義が古くなっています', 'Antispyware signatures are outdated'],
  no_quick_scan: ['しばらくクイックスキャンをしていません', 'No quick scan for a while'],
  no_full_scan: ['しばらくフルスキャンをしていません', 'No full scan for a while'],
  expired: ['期限が切れています', 'Expired'],
  offline_scan_required: ['オフラインスキャンが必要です', 'An offline scan is required'],
  remediation_failed_critically: ['駆除に失敗しました（重大）', 'Removal of malware failed critically'],
  remediation_failed: ['駆除に失敗しました', 'Removal of malware failed'],
  platform_outdated: ['Defender が古くなっています', 'The platform is outdated'],
  platform_soon_outdated: ['Defender がまもなく古くなります', 'The platform is soon outdated'],
  end_of_life: ['サポートが終了しています', 'End of life'],
};
const MONITORING = {
  on: ['有効', 'On'],
  off: ['無効', 'Off'],
  partly_off: ['一部が無効', 'Partly off'],
  paused: ['一時停止中', 'Paused'],
  not_applicable: ['対象外', 'Not applicable'],
} as const;
const SIGNATURES = {
  outdated: ['古い', 'Outdated'],
  current: ['最新', 'Current'],
  not_applicable: ['対象外', 'Not applicable'],
} as const;
const STATES: Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>> = {
  bitlocker: CAUSES,
  defender: DEFENDER,
  secure_boot: { unsupported: ['対応していません', 'Not supported'], on: ['有効', 'On'], off: ['無効', 'Off'] },
  antivirus: MONITORING,
  antispyware: MONITORING,
  firewall: MONITORING,
  user_account_control: MONITORING,
  antivirus_signatures: SIGNATURES,
  antispyware_signatures: SIGNATURES,
  s_mode: { not_s_mode: ['S モードではない', 'Not in S mode'], s_mode: ['S モード', 'In S mode'] },
  boot_dma_protection: { off: ['無効', 'Off'], on: ['有効', 'On'] },
  adapter: { unknown: ['種類不明', 'Unknown kind'], wired: ['有線', 'Wired'], wireless: ['無線', 'Wireless'] },
  rotation: {
    done: ['更新済み', 'Done'],
    pending: ['更新中', 'Pending'],
    not_started: ['開始していません', 'Not started'],
  },
  architecture: {
    x86: ['x86（32 ビット）', 'x86 (32 bit)'],
    x64: ['x64', 'x64'],
    arm: ['ARM（32 ビット）', 'ARM (32 bit)'],
    arm64: ['ARM64', 'ARM64'],
  },
  renewal_status: {
    not_started: ['開始していません', 'Not started'],
    in_progress: ['更新中', 'In progress'],
    done: ['更新済み', 'Done'],
    failed: ['失敗', 'Failed'],
  },
  push_status: {
    ok: ['正常', 'In order'],
    pfn_invalid: ['パッケージ名（PFN）が無効', 'The package name (PFN) is not valid'],
    sign_in_failed: ['Microsoft へのサインインに失敗', 'Signing in to Microsoft failed'],
    registration_failed: ['登録に失敗', 'Registration failed'],
    no_channel_yet: ['チャネルはまだありません', 'No channel yet'],
    expired: ['期限切れ', 'Expired'],
    revoke_failed: ['取り消しに失敗', 'Revoking failed'],
    no_session: ['通知は届いたが通信しなかった', 'Notified, but no session began'],
    unknown: ['不明', 'Unknown'],
  },
};
/** What the numbers mean that Windows reports: `windows.<code>.<state>`. */
export const windowsMeanings: Wordings = Object.fromEntries(
  Object.entries(STATES).flatMap(([code, states]) =>
    Object.entries(states).map(([state, [ja, en]]) => [`windows.${code}.${state}`, w(ja, en)]),
  ),
);
