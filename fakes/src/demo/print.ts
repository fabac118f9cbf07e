import type { Company } from './company.ts';
import { type Login, totp } from './people.ts';
import type { StandIns } from './stand-ins.ts';

export type Stage = {
  readonly origin: string;
  readonly token: string;
  readonly standIns: StandIns;
  readonly staff: Login;
  readonly companies: readonly Company[];
};

/** Everything that a newcomer needs: where it is, who may sign in, which doors the stand-ins have. */
export function printStage({ origin, token, standIns, staff, companies }: Stage, say: (text: string) => void): void {
  say(`\n  ${origin}\n`);
  printLogin(staff, say);
  for (const { story, logins, recruits, pcs, androids } of companies) {
    say(`\n  ${story.name}   Apple ${recruits.length}, Windows ${pcs.length}, Android ${androids.length}`);
    for (const login of logins) printLogin(login, say);
  }
  say('\n  二段階認証は上の URI を認証アプリに登録するか、次のコマンドで今のコードを表示してください。');
  say('  For the second factor add the URI to an authenticator app, or print the code of the moment with');
  say('    npm run demo -- --code SECRET');
  say('\n  代役の操作口 / Controls of the stand-ins, and what npm run simulate needs beside --url:');
  say(`    APNs      ${standIns.apnsControl}/statistics   --apns-control ${standIns.apnsControl}`);
  say(`    WNS       ${standIns.wnsControl}/   --wns-control ${standIns.wnsControl}`);
  say(`    Android   ${standIns.googleOrigin}/_sim/devices   --android-origin ${standIns.googleOrigin}`);
  say(`  CLI: TSUKASA_URL=${origin} TSUKASA_TOKEN=${token} npx tsukasa contractors list`);
  say('  Ctrl-C で終了し、データを消します / Ctrl-C ends it and removes its data.\n');
}

function printLogin({ title, email, password, otpauth, secret }: Login, say: (text: string) => void): void {
  say(`  ${title}`);
  say(`    ${email}   ${password}`);
  say(`    ${otpauth}`);
  say(`    現在のコード / code now: ${totp(secret, Temporal.Now.instant().epochMilliseconds)}   (${secret})`);
}
