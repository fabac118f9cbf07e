import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../base/errors.ts';
import type { DeviceHandler } from '../../base/http/app.ts';
import { acceptedLanguage, enrollmentDocument, escapeHtml, type PageLanguage, sendPage } from '../devices/index.ts';
import type { Parts } from './deps.ts';
import { CALLBACK, type CallbackResult, completeSignup } from './signup.ts';

const WORDS = {
  ja: {
    console: '管理画面に戻る',
    bound: ['Android の組織を登録しました', '続きは管理画面で行えます。この画面は閉じて構いません。'],
    busy: ['登録の途中です', '少し待ってから、この画面を読み込み直してください。'],
    failed: ['登録できませんでした', 'Google からの返事は次のとおりです。管理画面から、もう一度始めてください。'],
    over: ['この登録はもう終わっています', '管理画面で状態を確かめ、必要ならもう一度始めてください。'],
    later: ['今は登録を終えられません', '少し待ってから、この画面を読み込み直してください。'],
  },
  en: {
    console: 'Back to the console',
    bound: ['The Android enterprise is bound', 'Go on in the console. This page can be closed.'],
    busy: ['It is being bound', 'Please reload this page in a moment.'],
    failed: ['The enterprise was not bound', 'This is what Google says. Please start again in the console.'],
    over: ['This sign-up is over', 'Please look in the console, and start again if need be.'],
    later: ['It cannot be finished at the moment', 'Please reload this page in a moment.'],
  },
} as const satisfies Record<PageLanguage, unknown>;
const STATUS = { bound: 200, busy: 409, failed: 502, over: 410, later: 503 } as const;

/** `GET /android/callback/{state}?enterpriseToken=…`: the end of Google's sign-up wizard. */
export function createCallback(parts: Parts): DeviceHandler {
  return (request, response) => {
    if (request.url?.startsWith(CALLBACK) !== true) return false;
    void serve(parts, request, response).catch((error: unknown) => {
      parts.log.error('android.callback_failed', { error });
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('The server failed.\n');
    });
    return true;
  };
}

async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET') {
    response.writeHead(405, { allow: 'GET', 'content-length': '0' }).end();
    return;
  }
  const [path = '', query = ''] = (request.url ?? '').slice(CALLBACK.length).split('?', 2);
  const state = /^([A-Za-z0-9_-]{1,100})\/?$/.exec(path)?.[1] ?? '';
  const token = new URLSearchParams(query).get('enterpriseToken') ?? undefined;
  const usable = token === undefined || (token !== '' && token.length <= 4000) ? token : undefined;
  const result = await completeSignup(parts, state, usable).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'unavailable') return { result: 'later' } as const;
    throw error;
  });
  const language = acceptedLanguage(request) ?? 'ja';
  sendPage(request, response, page(parts, result, language), language, { status: STATUS[result.result] });
}

function page(
  { config }: Parts,
  result: CallbackResult | { readonly result: 'later' },
  language: PageLanguage,
): string {
  const [title, advice] = WORDS[language][result.result];
  const message = result.result === 'failed' ? `<p class="soft">${escapeHtml(result.message)}</p>` : '';
  const back = `<p><a href="${escapeHtml(config.publicUrl)}/">${escapeHtml(WORDS[language].console)}</a></p>`;
  return enrollmentDocument(
    title,
    language,
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(advice)}</p>${message}${back}`,
  );
}
