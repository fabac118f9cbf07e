import type { DeviceKind } from './hardware.ts';
import type { Random } from './random.ts';

/** An installed app, as `InstalledApplicationList` tells of it. Sizes in bytes. */
export type App = {
  readonly identifier: string;
  readonly name: string;
  readonly version: string;
  readonly shortVersion: string;
  readonly bundleBytes: number;
  readonly dynamicBytes: number;
  readonly managed: boolean;
};

const PHONE: readonly (readonly [identifier: string, name: string])[] = [
  ['jp.naver.line', 'LINE'],
  ['com.worksmobile.jp.lineworks', 'LINE WORKS'],
  ['com.microsoft.skype.teams', 'Microsoft Teams'],
  ['com.microsoft.Office.Outlook', 'Outlook'],
  ['com.microsoft.Office.Word', 'Word'],
  ['com.microsoft.Office.Excel', 'Excel'],
  ['com.microsoft.Office.Powerpoint', 'PowerPoint'],
  ['com.microsoft.skydrive', 'OneDrive'],
  ['com.microsoft.azureauthenticator', 'Authenticator'],
  ['com.google.Gmail', 'Gmail'],
  ['com.google.chrome.ios', 'Chrome'],
  ['com.google.Maps', 'Google Maps'],
  ['com.google.Drive', 'Google ドライブ'],
  ['com.google.calendar', 'Google カレンダー'],
  ['com.google.ios.youtube', 'YouTube'],
  ['com.google.Translate', 'Google 翻訳'],
  ['com.tinyspeck.chatlyio', 'Slack'],
  ['us.zoom.videomeetings', 'Zoom'],
  ['com.cybozu.kintone', 'kintone'],
  ['com.cybozu.mobile.office', 'サイボウズ Office'],
  ['jp.co.sansan.Sansan', 'Sansan'],
  ['jp.co.sansan.eight', 'Eight'],
  ['com.salesforce.chatter', 'Salesforce'],
  ['com.adobe.Adobe-Reader', 'Acrobat Reader'],
  ['com.getdropbox.Dropbox', 'Dropbox'],
  ['net.box.BoxNet', 'Box'],
  ['com.evernote.iPhone.Evernote', 'Evernote'],
  ['notion.id', 'Notion'],
  ['jp.ne.paypay.iosapp', 'PayPay'],
  ['com.kouzoh.mercari', 'メルカリ'],
  ['jp.co.rakuten.ichiba', '楽天市場'],
  ['com.amazon.AmazonJP', 'Amazon ショッピング'],
  ['jp.co.yahoo.ipn.appli', 'Yahoo! JAPAN'],
  ['jp.co.yahoo.weather', 'Yahoo!天気'],
  ['jp.co.yahoo.transit', 'Yahoo!乗換案内'],
  ['jp.co.jorudan.NorikaeAnnai', '乗換案内'],
  ['jp.co.navitime.navitime', 'NAVITIME'],
  ['jp.co.jreast.suica', 'モバイルSuica'],
  ['jp.co.nttdocomo.dmenunews', 'ｄメニューニュース'],
  ['jp.nhk.newsandbousai', 'NHK ニュース・防災'],
  ['jp.gree.smartnews', 'スマートニュース'],
  ['jp.co.nikkei.mobile', '日経電子版'],
  ['com.cookpad.cookpad', 'クックパッド'],
  ['jp.tabelog.app', '食べログ'],
  ['com.burbn.instagram', 'Instagram'],
  ['com.facebook.Facebook', 'Facebook'],
  ['com.atebits.Tweetie2', 'X'],
  ['com.spotify.client', 'Spotify'],
  ['com.netflix.Netflix', 'Netflix'],
  ['jp.co.yamato.kuronekomembers', 'クロネコメンバーズ'],
  ['jp.co.mizuhobank.app', 'みずほ銀行'],
  ['jp.mufg.bk.app', '三菱UFJ銀行'],
  ['jp.go.digital.mynaportal', 'マイナポータル'],
  ['com.apple.Pages', 'Pages'],
  ['com.apple.Numbers', 'Numbers'],
  ['com.apple.Keynote', 'Keynote'],
];

const MAC: readonly (readonly [identifier: string, name: string])[] = [
  ['com.apple.Safari', 'Safari'],
  ['com.apple.mail', 'メール'],
  ['com.apple.iCal', 'カレンダー'],
  ['com.apple.AddressBook', '連絡先'],
  ['com.apple.Notes', 'メモ'],
  ['com.apple.reminders', 'リマインダー'],
  ['com.apple.Preview', 'プレビュー'],
  ['com.apple.TextEdit', 'テキストエディット'],
  ['com.apple.Photos', '写真'],
  ['com.apple.Music', 'ミュージック'],
  ['com.apple.Terminal', 'ターミナル'],
  ['com.apple.DiskUtility', 'ディスクユーティリティ'],
  ['com.apple.ActivityMonitor', 'アクティビティモニタ'],
  ['com.apple.FaceTime', 'FaceTime'],
  ['com.apple.Maps', 'マップ'],
  ['com.apple.Dictionary', '辞書'],
  ['com.apple.calculator', '計算機'],
  ['com.apple.Stickies', 'スティッキーズ'],
  ['com.apple.dt.Xcode', 'Xcode'],
  ['com.microsoft.Word', 'Microsoft Word'],
  ['com.microsoft.Excel', 'Microsoft Excel'],
  ['com.microsoft.Powerpoint', 'Microsoft PowerPoint'],
  ['com.microsoft.Outlook', 'Microsoft Outlook'],
  ['com.microsoft.teams2', 'Microsoft Teams'],
  ['com.microsoft.OneDrive', 'OneDrive'],
  ['com.microsoft.VSCode', 'Visual Studio Code'],
  ['com.google.Chrome', 'Google Chrome'],
  ['org.mozilla.firefox', 'Firefox'],
  ['com.tinyspeck.slackmacgap', 'Slack'],
  ['us.zoom.xos', 'zoom.us'],
  ['com.adobe.Acrobat.Pro', 'Adobe Acrobat'],
  ['com.adobe.Photoshop', 'Adobe Photoshop 2025'],
  ['com.justsystems.inputmethod.atok33', 'ATOK'],
  ['com.1password.1password', '1Password'],
  ['com.docker.docker', 'Docker'],
];

const SUBJECTS = [
  ['eigyo', '営業'],
  ['zaiko', '在庫'],
  ['keihi', '経費'],
  ['kintai', '勤怠'],
  ['nippo', '日報'],
  ['haisha', '配車'],
  ['tenken', '点検'],
  ['kokyaku', '顧客'],
  ['juhacchu', '受発注'],
  ['zumen', '図面'],
] as const;
const PURPOSES = [
  ['kanri', '管理'],
  ['kensaku', '検索'],
  ['nyuryoku', '入力'],
  ['note', 'ノート'],
  ['camera', 'カメラ'],
  ['navi', 'ナビ'],
] as const;

/** Apps a company had made for itself; these are the managed ones. */
const IN_HOUSE: readonly (readonly [identifier: string, name: string])[] = SUBJECTS.flatMap(([id, name]) =>
  PURPOSES.map(([purposeId, purpose]) => [`jp.example.${id}.${purposeId}`, `${name}${purpose}`] as const),
);

/** Between 30 and 120 apps; managed ones only where a company prepared the device. */
export function installedApps(kind: DeviceKind, random: Random): readonly App[] {
  const mac = kind === 'Mac' || kind === 'MacIntel';
  const own = mac ? MAC : PHONE;
  const common = random.some(own, random.integer(Math.min(28, own.length), own.length));
  const inHouse = random.some(IN_HOUSE, random.integer(2, kind === 'AppleTV' ? 2 : 60));
  return [
    ...common.map((app) => installed(app, random, random.chance(0.15))),
    ...inHouse.map((app) => installed(app, random, true)),
  ];
}

function installed([identifier, name]: readonly [string, string], random: Random, managed: boolean): App {
  const shortVersion = `${random.integer(1, 25)}.${random.integer(0, 12)}.${random.integer(0, 9)}`;
  return {
    identifier,
    name,
    shortVersion,
    version: `${shortVersion}.${random.integer(1, 9999)}`,
    bundleBytes: random.integer(4_000_000, 420_000_000),
    dynamicBytes: random.integer(20_000, 900_000_000),
    managed,
  };
}
