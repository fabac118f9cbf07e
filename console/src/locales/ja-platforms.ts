/** Platforms, how devices of each come in, and their recovery keys. */
export const platforms = {
  platform: { apple: 'Apple', windows: 'Windows', android: 'Android' },
  platformKind: {
    apple: 'iPhone・iPad・Mac',
    windows: 'Windows PC',
    android: 'Android のスマートフォン・タブレット',
  },
  managementMode: {
    device: '端末全体',
    'fully-managed': '完全管理',
    dedicated: '専用端末',
    'work-profile': '仕事用プロファイル',
  },
  managementModeText: {
    device: 'この OS の標準の方法で、端末全体を管理します。',
    'fully-managed': '端末全体を仕事だけに使います。登録には端末の初期化が必要です。',
    dedicated: '人ではなく用途に割り当てる端末です（受付、店頭、倉庫など）。登録には端末の初期化が必要です。',
    'work-profile': '仕事の領域だけを会社が管理します。個人の領域のアプリやデータは会社から見えません。',
  },
  invite: {
    which: 'どの端末を登録しますか？',
    notReady: '準備ができていません',
    whatIsMissing: '先に準備が必要です',
    toSetup: { apple: 'プッシュ証明書を登録', windows: 'Windows の準備', android: 'Android を設定' },
    whose: '誰の端末ですか？',
    whoseText: {
      'company-owned': '会社が購入して貸与・設置する端末です。',
      'personally-owned': '従業員が自分で購入した端末です。会社ができることは少なくなります。',
    },
    private: '個人的な利用を認めますか？',
    privateYes: 'はい。仕事と個人の領域を分けます',
    privateNo: 'いいえ。仕事だけに使います',
    purpose: '何に使いますか？',
    purposePerson: '決まった人が使う',
    purposePlace: '用途に使い、特定の利用者はいない（受付・店頭・倉庫など）',
    result: '登録されると',
    back: '一覧に戻る',
    ways: '登録の方法',
    waysText: 'どれか 1 つの方法で登録できます。値は秘密の情報です。本人または担当者にだけ渡してください。',
    closed: 'この招待は終わっているため、登録の方法はありません。',
    expiresAt: 'この方法の期限',
    way: {
      link: 'リンクを端末で開く',
      qr_code: '初期設定の画面で QR コードを読み取る',
      link_elsewhere: '案内のページを別の画面で開く',
      deep_link: {
        apple: 'その端末でボタンを押す',
        windows: 'その PC でボタンを押す',
        android: 'その端末で登録を開く',
      },
      typed: 'PC の設定画面に入力する',
      identifier: '初期設定の画面で文字を入力する',
      token: '登録コードを入力する',
      provisioning_package: 'プロビジョニング パッケージで一括登録',
      zero_touch: 'ゼロタッチ登録',
    },
    for: { person: '端末の利用者向け', administrator: '管理者・キッティング担当者向け' },
    steps: {
      link: {
        apple:
          '登録する端末のカメラで QR コードを読み取るか、リンクを開きます。\n表示されたページの案内に従い、プロファイルをダウンロードします。\n「設定」アプリで、ダウンロードしたプロファイルをインストールします。',
        windows:
          '登録する PC のブラウザー（Microsoft Edge など）でリンクを開きます。\n表示されたページの案内に従い、PC の管理者として登録します。',
        android:
          '登録する端末でリンクを開くか、カメラで QR コードを読み取ります。\n「Android Device Policy」の案内に従い、仕事用プロファイルを作成します。',
      },
      qr_code:
        '初期化した端末、または新品の端末の電源を入れます。\n最初の「ようこそ」の画面で、同じ場所を 6 回タップします。\nWi-Fi に接続し、表示された読み取り画面でこの QR コードを読み取ります。\n画面の案内に従って設定を終えます。',
      link_elsewhere:
        '初期化した端末ではまだ開けません。PC など別の画面でリンクを開きます。\n端末の管理についての説明を利用者に見せ、表示された QR コードを端末の初期設定で読み取ります。',
      deep_link: {
        apple: 'この画面を登録する端末で開いているときに使います。\nボタンを押し、案内に従います。',
        windows:
          'この画面を登録する PC で開いているときに使います。\nボタンを押すと、Windows の「職場または学校アカウントのセットアップ」が開きます。\nPC の管理者権限が必要です。',
        android:
          'この画面を登録する端末で開いているときに使います。それ以外では、下のリンクを端末に送ります。\n開くと Android Device Policy が始まり、仕事用プロファイルを作成します。',
      },
      typed:
        '「設定」→「アカウント」→「職場または学校にアクセスする」を開きます。\n「デバイス管理にのみ登録する」を選び、下のユーザー名を入力します。\nサーバーのアドレスを求められたら、下のアドレスを入力します。\n最後にパスワードを入力します。',
      identifier:
        '初期化した端末の初期設定で、Google アカウントを求められるまで進みます。\nメールアドレスの代わりに、下の識別子を入力します。\n案内に従って進み、登録コードを入力するか、QR コードを読み取ります。',
      token:
        '「設定」→「Google」→「設定と復元」→「仕事用プロファイルの設定」を開きます（機種により名称が異なります）。\n読み取り画面で「コードを入力」を選び、下の登録コードを入力します。',
      provisioning_package:
        'Microsoft Store から「Windows 構成デザイナー」を入手します。\n新しいプロビジョニング パッケージのプロジェクトを作り、下のファイルの内容でプロジェクトの customizations.xml を置き換えます。\nパッケージ（.ppkg）をビルドし、USB メモリに入れます。\nPC の初期設定中に USB メモリを挿すか、起動後にパッケージを開きます。',
      zero_touch:
        'Google のゼロタッチ登録ポータルで「設定」を開き、新しい設定を作ります。\nEMM DPC に「Android Device Policy」を選びます。\n「DPC エクストラ」に下の JSON を貼り付けます。\n販売店が登録した端末に、この設定を割り当てます。',
    },
    kind: {
      link: '登録用リンク',
      qr_code: '初期設定用の QR コード',
      deep_link: '登録を開くリンク',
      server_address: 'サーバーのアドレス',
      user_name: 'ユーザー名',
      password: 'パスワード',
      token: '登録コード',
      dpc_identifier: '識別子',
      zero_touch: 'DPC エクストラ（JSON）',
      provisioning_package: 'customizations.xml',
    },
    openDeepLink: { apple: 'この端末を登録する', windows: 'この PC を登録する', android: 'この端末を登録する' },
    download: 'customizations.xml をダウンロード',
    qrLarge: '初期設定の画面で読み取る QR コード',
  },
  recovery: {
    title: '回復キー',
    text: 'BitLocker の回復画面に表示されるキー ID と照合してから表示してください。表示した人・理由・日時は監査記録に残ります。',
    empty: 'この端末の回復キーはまだ預けられていません。',
    volume: 'ドライブ',
    protectorId: 'キー ID',
    escrowedAt: '預かった日時',
    lastRead: '最後の表示',
    neverRead: '表示されたことはありません',
    state: { current: '有効', superseded: '更新済み' },
    read: '回復キーを表示',
    readText: '回復キーがあれば、誰でもこのドライブを開けます。相手が正しい利用者であることを確かめてください。',
    value: '回復キー（48 桁）',
    rotateAfter: '表示した後は「回復キーの更新」で新しいキーに替えることをお勧めします。',
  },
  wipeMethod: {
    doWipe: '標準のリセット',
    doWipeProtected: '電源を切られても続けるリセット',
    doWipePersistProvisionedData: 'プロビジョニング設定を残すリセット',
    doWipePersistUserData: '個人用ファイルを残すリセット',
    doWipeCloud: 'クラウドから再インストール',
    doWipeCloudPersistUserData: 'クラウドから再インストール（個人用ファイルを残す）',
    doWipeCloudPersistProvisionedData: 'クラウドから再インストール（プロビジョニング設定を残す）',
  },
  wipeMethodText: {
    doWipe: 'すべて消して初期状態に戻します。回復環境（WinRE）が必要で、途中で電源を切られると中断されます。',
    doWipeProtected:
      '途中で電源を切られても、消去が終わるまで続けます。紛失・盗難に向きますが、PC が起動しなくなることがあります。',
    doWipePersistProvisionedData: 'データを消しますが、プロビジョニング パッケージの設定は残るため、再び登録されます。',
    doWipePersistUserData: 'アプリと設定を消し、利用者のファイルは残します。情報の消去にはなりません。',
    doWipeCloud: 'すべて消し、Windows をインターネットから入れ直します。Windows 11 22H2 以降が必要です。',
    doWipeCloudPersistUserData:
      'Windows をインターネットから入れ直し、利用者のファイルは残します。情報の消去にはなりません。',
    doWipeCloudPersistProvisionedData:
      'データを消し、Windows をインターネットから入れ直します。プロビジョニングの設定は残ります。',
  },
};
