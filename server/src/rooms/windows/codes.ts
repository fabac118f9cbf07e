/**
 * Every code that this half of the room gives to people: reasons and notes of actions, of the channel and of details. The
 * console words them; none is ever renamed.
 */
export const REFUSAL_CODES = [
  'action.not_on_this_platform',
  'action.not_enrolled',
  'windows.no_remote_lock',
  'windows.personally_owned',
  'windows.no_bitlocker',
  'windows.rotation_not_possible',
  'windows.build_too_old',
  'windows.not_in_edition',
  'windows.queue_full',
  'action.reserved_node',
] as const;

export const EFFECT_CODES = [
  'refresh',
  'screen_locks',
  'restarts',
  'all_data_erased',
  'leaves_management',
  'location_asked',
  'management_removed',
  'raw_command',
  'windows.wipe_methods',
  'windows.wipe_keeps_nothing',
  'windows.wipe_keeps_provisioning',
  'windows.wipe_keeps_user_files',
  'windows.wipe_reinstalls_from_disk',
  'windows.wipe_reinstalls_from_cloud',
  'windows.wipe_goes_on_after_power_loss',
  'windows.renamed_after_restart',
  'windows.restarts_within_minutes',
  'windows.keeps_bitlocker_and_accounts',
  'windows.recovery_password_rotates',
] as const;

export const WARNING_CODES = [
  'os_version_unknown',
  'answer_may_not_arrive',
  'reenroll_by_hand',
  'windows.unsaved_work_lost',
  'windows.wipe_can_be_interrupted',
  'windows.wipe_may_not_start_again',
  'windows.wipe_needs_recovery_environment',
  'windows.wipe_needs_internet',
  'windows.data_stays_readable_on_disk',
  'windows.user_files_stay',
  'windows.lock_needs_pin',
  'windows.location_services_needed',
  'windows.not_for_domain_members',
  'windows.no_answer_to_removal',
  'windows.administrator_needed_after_removal',
  'windows.rotation_needs_script',
  'windows.rotation_in_directory',
  'windows.waits_for_poll',
] as const;

export const FAILURE_CODES = [
  'device_refused',
  'format_error',
  'outcome_unknown',
  'windows.no_fix',
  'windows.node_missing',
  'windows.not_allowed',
  'windows.rotation_failed',
] as const;

export const RESULT_NOTES = [
  'windows.accepted_only',
  'windows.wipe_begins',
  'windows.renamed_after_restart',
  'windows.restarts_within_minutes',
  'windows.left_by_silence',
] as const;

export const CHANNEL_CODES = [
  'not_enrolled',
  'push_token_dead',
  'windows.no_push_identity',
  'windows.no_channel',
  'windows.poll',
  'windows.poll_overdue',
  'windows.poll_ended',
  'windows.wiped',
] as const;

export const EVENT_CODES = [
  'push.token_dead',
  'push.unreachable',
  'push.rejected',
  'windows.push_refused',
  'windows.push_wrong_package',
  'windows.channel_refused',
  'windows.poll_tightened',
  'windows.wipe_did_not_happen',
  'windows.removal_did_not_happen',
  'windows.recovery_key_refused',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];
export type EffectCode = (typeof EFFECT_CODES)[number];
export type WarningCode = (typeof WARNING_CODES)[number];
export type FailureCode = (typeof FAILURE_CODES)[number];
export type ResultNote = (typeof RESULT_NOTES)[number];
export type ChannelCode = (typeof CHANNEL_CODES)[number];
export type EventCode = (typeof EVENT_CODES)[number];
