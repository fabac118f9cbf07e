import type { Messages } from '../../base/http/messages.ts';

/** Wording of every `reason` this room's errors carry. */
export const certificateMessages: Messages = {
  'certificate.unknown': {
    ja: 'このシリアル番号の証明書は発行されていません。',
    en: 'No certificate with this serial number was issued.',
  },
  'push_certificate.unreadable': {
    ja: '証明書を読み取れません。PEM 形式(-----BEGIN CERTIFICATE-----)で貼り付けてください。',
    en: 'The certificate cannot be read. Paste it in PEM form (-----BEGIN CERTIFICATE-----).',
  },
  'push_certificate.key_unreadable': {
    ja: '秘密鍵を読み取れません。PEM 形式の RSA または EC の鍵を貼り付けてください。',
    en: 'The private key cannot be read. Paste an RSA or EC key in PEM form.',
  },
  'push_certificate.key_encrypted': {
    ja: '秘密鍵がパスフレーズで保護されています。保護を外してからもう一度お試しください。',
    en: 'The private key is protected by a passphrase. Remove the passphrase and try again.',
  },
  'push_certificate.key_mismatch': {
    ja: '証明書と秘密鍵が対になっていません。',
    en: 'The certificate and the private key do not belong together.',
  },
  'push_certificate.key_missing': {
    ja: 'この証明書に対応する鍵はここで作成されていません。秘密鍵も一緒に送ってください。',
    en: 'No key made here belongs to this certificate. Send its private key too.',
  },
  'push_certificate.expired': {
    ja: 'この証明書は {notAfter} に期限が切れています。',
    en: 'This certificate expired at {notAfter}.',
  },
  'push_certificate.not_yet_valid': {
    ja: 'この証明書は {notBefore} から有効になります。サーバーの時計も確認してください。',
    en: "This certificate becomes valid at {notBefore}. Check the server's clock too.",
  },
  'push_certificate.no_topic': {
    ja: '証明書のサブジェクトに UID がありません。Apple Push Certificates Portal で発行した MDM プッシュ証明書を使ってください。',
    en: 'The subject of the certificate has no single UID. Use an MDM push certificate from the Apple Push Certificates Portal.',
  },
  'push_certificate.foreign_topic': {
    ja: '証明書の UID が com.apple.mgmt. で始まりません。MDM 用のプッシュ証明書ではありません。',
    en: 'The UID of the certificate does not begin with com.apple.mgmt.; it is not a push certificate for MDM.',
  },
  'push_certificate.topic_changed': {
    ja: 'トピックが現在の証明書({currentTopic})と異なります({newTopic})。置き換えると登録済みの {enrolledDevices} 台に通知が届かなくなり、再登録が必要になります。',
    en: 'The topic differs from that of the current certificate ({currentTopic}): {newTopic}. Replacing it would cut off {enrolledDevices} enrolled devices until they enroll again.',
  },
};
