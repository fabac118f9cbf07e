import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry. */
export const windowsMessages: Messages = {
  'windows.queue_full': {
    ja: 'この端末には、すでに {most} 件に近い命令が待っています。端末が接続してから、もう一度お試しください。',
    en: 'Close to {most} commands wait for this device already. Try again when it has connected.',
  },
  'windows.command_too_large': {
    ja: '命令が大きすぎます（上限 {most} バイト）。',
    en: 'The command is too large (at most {most} bytes).',
  },
  'windows.https_needed': {
    ja: 'Windows は https のサーバーにだけ登録できます。このサーバーのアドレスは {publicUrl} です（TSUKASA_PUBLIC_URL）。',
    en: 'Windows enrolls only with servers on https. The address of this server is {publicUrl} (TSUKASA_PUBLIC_URL).',
  },
};
