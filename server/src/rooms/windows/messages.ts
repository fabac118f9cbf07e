import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry. */
export const windowsMessages: Messages = {
  'windows.https_needed': {
    ja: 'Windows は https のサーバーにだけ登録できます。このサーバーのアドレスは {publicUrl} です（TSUKASA_PUBLIC_URL）。',
    en: 'Windows enrolls only with servers on https. The address of this server is {publicUrl} (TSUKASA_PUBLIC_URL).',
  },
};
