import type { IncomingMessage, ServerResponse } from 'node:http';
import qrcode from 'qrcode';
import {
  type EnrollmentPage,
  type EnrollmentVisit,
  enrollmentDocument,
  escapeHtml,
  helpParagraph,
  htmlList,
  type PageLanguage,
  sendPage,
} from '../devices/index.ts';
import type { ContractorFacts, Parts } from './deps.ts';
import { type EnrollmentToken, enrollmentToken } from './enrollment-tokens.ts';
import { reach } from './enterprise.ts';
import { HEADINGS, type PageMode, pageModeOf, WORDS, whatTheCompanySees } from './texts.ts';

/** Google's own address: opened on an Android device it brings Android Device Policy and begins (fact sheet 2.3). */
export const enrollLink = (token: string): string =>
  `https://enterprise.google.com/android/enroll?et=${encodeURIComponent(token)}`;

/**
 * `GET /enroll/{code}`: the page for a person. Every other client gets what opens the invitation: the link as text for a
 * person's own device, otherwise (and under `/qr.json` always) the content of the QR code.
 */
export function createEnrollmentPage(parts: Parts): EnrollmentPage {
  return {
    serve: async (request, response, visit) => {
      const { contractorId, invitation } = visit;
      if ((await reach(parts, contractorId)) === undefined) return 'not_ready';
      const token = await enrollmentToken(parts, contractorId, invitation);
      if (visit.readsPages && visit.rest === '') {
        const facts = await parts.db.asContractor(contractorId, (tx) => parts.contractor(tx, contractorId));
        await sendInvitation(request, response, visit, facts, token);
        return 'served';
      }
      const isLink = visit.rest !== 'qr.json' && invitation.usageMode === 'personally-owned';
      const [type, body] = isLink
        ? ['text/plain; charset=utf-8', `${enrollLink(token.value)}\n`]
        : ['application/json', token.qrCode];
      response.writeHead(200, {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-length': String(Buffer.byteLength(body)),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
      return 'served';
    },
  };
}

async function sendInvitation(
  request: IncomingMessage,
  response: ServerResponse,
  { invitation, language: asked }: EnrollmentVisit,
  facts: ContractorFacts,
  token: EnrollmentToken,
): Promise<void> {
  const language = asked ?? facts.language;
  const mode = pageModeOf(invitation.usageMode, invitation.managementMode);
  const body =
    mode === 'personal-profile'
      ? personalPart(language, token, await qrSvg(invitation.url, language))
      : companyPart(language, token, await qrSvg(token.qrCode, language));
  const { title, main } = frame({ facts, language, mode, personName: invitation.personName, body });
  sendPage(request, response, enrollmentDocument(title, language, main, 'android'), language);
}

type Framed = {
  readonly facts: ContractorFacts;
  readonly language: PageLanguage;
  readonly mode: PageMode;
  readonly personName: string | undefined;
  readonly body: string;
};

function frame({ facts, language, mode, personName, body }: Framed): { readonly title: string; readonly main: string } {
  const words = WORDS[language];
  const headings = HEADINGS[language];
  const { sees, does, never } = whatTheCompanySees(language, mode);
  const title = words.title(facts.name);
  const person = personName === undefined ? '' : `<p>${escapeHtml(words.person(personName))}</p>`;
  const main = `<h1>${escapeHtml(title)}</h1>
${person}<p>${escapeHtml(words.intro)}</p>
<p>${escapeHtml(words.kind[mode])}</p>
<section><h2>${escapeHtml(headings.sees)}</h2>${htmlList('ul', sees)}
<h2>${escapeHtml(headings.does)}</h2>${htmlList('ul', does)}
<h2>${escapeHtml(headings.never)}</h2>${htmlList('ul', never)}</section>
${body}
${helpParagraph(language, facts.helpdeskPhone)}`;
  return { title, main };
}

function personalPart(language: PageLanguage, token: EnrollmentToken, pageQr: string): string {
  const words = WORDS[language];
  return `<a class="act" href="${escapeHtml(enrollLink(token.value))}">${escapeHtml(words.enroll)}</a>
<h2>${escapeHtml(words.personal)}</h2>${htmlList('ol', words.personalSteps)}
<p class="soft">${escapeHtml(words.other)}</p>
${pageQr}
<p class="soft">${escapeHtml(words.leave)}</p>`;
}

function companyPart(language: PageLanguage, token: EnrollmentToken, setupQr: string): string {
  const words = WORDS[language];
  return `<h2>${escapeHtml(words.company)}</h2>${htmlList('ol', words.companySteps)}
<p><strong>${escapeHtml(words.already)}</strong></p>
${setupQr}
<h2>${escapeHtml(words.token)}</h2>${htmlList('ol', words.tokenSteps)}
<p><code>${escapeHtml(token.value)}</code></p>
<p class="soft">${escapeHtml(words.secret)}</p>`;
}

/** A drawing within the page: the page's policy allows no images. Light on its own ground, also on a dark page. */
async function qrSvg(text: string, language: PageLanguage): Promise<string> {
  const svg = await qrcode.toString(text, { type: 'svg', errorCorrectionLevel: 'L', margin: 4 });
  return svg.replace(
    '<svg ',
    `<svg role="img" aria-label="${escapeHtml(WORDS[language].qr)}" width="320" height="320" `,
  );
}
