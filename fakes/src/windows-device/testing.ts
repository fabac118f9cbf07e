import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildName, type Certificate, issueCertificate, keyIdOf, parseSignedData } from '@tsukasa/cms';
import { makeAuthority } from '../apple-device/testing.ts';
import { childrenOf, type Element, escapeXml, readXml } from './xml.ts';

type Authority = ReturnType<typeof makeAuthority>;

/** What a step answers, before it goes out. */
export type Answer = { status: number; headers: Record<string, string>; body: string; chunked?: boolean };
export type Step = 'probe' | 'discovery' | 'policy' | 'enrollment' | 'session' | 'signin' | 'page';

/** One message of a device, taken apart as far as tests look at it. */
export type DeviceMessage = {
  readonly sessionId: string;
  readonly msgId: string;
  readonly xml: string;
  readonly headers: IncomingMessage['headers'];
  readonly cred: string | undefined;
  readonly parts: readonly {
    readonly name: string;
    readonly cmdId: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly items: readonly Readonly<Record<string, string>>[];
  }[];
  readonly final: boolean;
};

/**
 * The smallest server a Windows PC can live with, for the tests of the device: it writes every answer by hand and lets a
 * test change any of them. It is no model of a real one.
 */
export class TinyWindowsServer {
  readonly authority: Authority = makeAuthority();
  readonly code = 'KQ7M-2XPD';
  readonly providerId = 'TinyMDM';
  readonly secret = randomBytes(12).toString('base64url');
  readonly requests: {
    readonly step: Step;
    readonly url: string;
    readonly body: string;
    readonly headers: IncomingMessage['headers'];
  }[] = [];
  readonly messages: DeviceMessage[] = [];
  readonly issued: Certificate[] = [];
  /** Commands of the next messages, as XML; `{id}` becomes a CmdID. */
  queue: (readonly string[])[] = [];
  federated = false;
  enrollmentType: 'Full' | 'Device' = 'Full';
  /** How many times it asks for credentials before it believes them. */
  challenges = 0;
  accepted: '200' | '212' = '200';
  nonce = randomBytes(16);
  extra = '';
  /** Changes an answer on its way out. */
  readonly tamper = new Map<Step, (answer: Answer) => Answer>();
  /** Changes the provisioning document. */
  document: (xml: string) => string = (xml) => xml;
  subject: Parameters<typeof buildName>[0] = [['CN', 'one']];
  readonly #server: Server;
  readonly #sent = new Map<string, string>();
  #serverMessage = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(): Promise<TinyWindowsServer> {
    const tiny = new TinyWindowsServer();
    await new Promise<void>((resolve) => tiny.#server.listen(0, '127.0.0.1', resolve));
    return tiny;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get discoveryUrl(): string {
    return `${this.origin}/EnrollmentServer/Discovery.svc`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The last message of a device, and its parts of one name. */
  said(name: string): DeviceMessage['parts'] {
    return this.messages.flatMap(({ parts }) => parts.filter((part) => part.name === name));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', this.origin);
    const step = stepOf(request.method ?? '', url.pathname);
    this.requests.push({ step, url: url.href, body: body.toString('utf8'), headers: request.headers });
    const answer = this.#answer(step, url, body, request.headers);
    const { status, headers, body: text, chunked } = this.tamper.get(step)?.(answer) ?? answer;
    response.writeHead(status, headers);
    if (chunked === true) {
      response.write(text.slice(0, 10));
      response.end(text.slice(10));
    } else {
      response.end(text);
    }
  }

  #answer(step: Step, url: URL, body: Buffer, headers: IncomingMessage['headers']): Answer {
    switch (step) {
      case 'probe':
        return html('');
      case 'page':
        return html(this.#page());
      case 'signin':
        return this.#signIn(url, body);
      case 'session':
        return this.#session(body, headers);
      default:
        return this.#soap(step, body);
    }
  }

  #page(): string {
    const link = `ms-device-enrollment:?mode=mdm&servername=${encodeURIComponent(this.discoveryUrl)}&username=ana%40example.jp&ownership=3`;
    return `<html><head><meta name="tsukasa-platform" content="windows"></head><a href="${escapeXml(link)}">接続</a></html>`;
  }

  #signIn(url: URL, body: Buffer): Answer {
    const form = new URLSearchParams(body.toString('utf8'));
    const appru = form.get('appru') ?? url.searchParams.get('appru') ?? '';
    if (form.get('code') !== this.code) {
      return html(
        `<form method="post" action="/signin"><input type="hidden" name="appru" value="${escapeXml(appru)}"><input type="text" name="code"><button>Next</button></form>`,
      );
    }
    const script = 'document.forms[0].submit()';
    const digest = createHash('sha256').update(script).digest('base64');
    const page = `<form method="post" action="${escapeXml(appru)}"><input type="hidden" name="wresult" value="token&amp;${this.code}"></form><script>${script}</script>`;
    const answer = html(page);
    answer.headers['content-security-policy'] =
      `default-src 'none'; script-src 'sha256-${digest}'; form-action ms-app:`;
    return answer;
  }

  #soap(step: 'discovery' | 'policy' | 'enrollment', body: Buffer): Answer {
    const envelope = readXml(body, 'test');
    const text = (name: string) => envelope.getElementsByTagNameNS('*', name)[0]?.textContent ?? '';
    const related = text('MessageID');
    if (step === 'discovery') return soap(DISCOVER_RESPONSE, related, this.#discovery());
    const password = text('Password');
    const token = Buffer.from(
      envelope.getElementsByTagNameNS('*', 'BinarySecurityToken')[0]?.textContent ?? '',
      'base64',
    ).toString();
    const renews = text('RequestType').endsWith('/Renew');
    if (password !== this.code && token !== `token&${this.code}` && !renews) return fault(related, 's:Authentication');
    if (step === 'policy') return soap(POLICIES_RESPONSE, related, POLICIES);
    const tokens = envelope.getElementsByTagNameNS('*', 'BinarySecurityToken');
    const request = Buffer.from([...tokens].at(-1)?.textContent ?? '', 'base64');
    return this.#issue(related, renews ? (parseSignedData(request).content ?? request) : request, renews);
  }

  #discovery(): string {
    const sign = this.federated ? `<AuthenticationServiceUrl>${this.origin}/signin</AuthenticationServiceUrl>` : '';
    return [
      '<DiscoverResponse xmlns="http://schemas.microsoft.com/windows/management/2012/01/enrollment"><DiscoverResult>',
      `<AuthPolicy>${this.federated ? 'Federated' : 'OnPremise'}</AuthPolicy><EnrollmentVersion>4.0</EnrollmentVersion>${sign}`,
      `<EnrollmentPolicyServiceUrl>${this.origin}/EnrollmentServer/Policy.svc</EnrollmentPolicyServiceUrl>`,
      `<EnrollmentServiceUrl>${this.origin}/EnrollmentServer/Enrollment.svc</EnrollmentServiceUrl></DiscoverResult></DiscoverResponse>`,
    ].join('');
  }

  #issue(related: string, csr: Buffer, renews: boolean): Answer {
    const spki = spkiIn(csr);
    const now = Temporal.Now.instant().epochMilliseconds;
    const leaf = issueCertificate({
      issuer: this.authority.certificate,
      issuerKey: this.authority.key,
      subject: buildName(this.subject),
      spki,
      serial: randomBytes(12),
      notBefore: now - 60_000,
      notAfter: now + 365 * 86_400_000,
      keyUsage: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsage: ['clientAuth'],
    });
    this.issued.push(leaf);
    const document = this.document(renews ? this.#store(leaf) : this.#provisioning(leaf));
    const time = (minutes: number) => Temporal.Now.instant().add({ minutes }).toString({ smallestUnit: 'millisecond' });
    const security = `<o:Security s:mustUnderstand="1" xmlns:o="${SECEXT}"><u:Timestamp u:Id="_0"><u:Created>${time(0)}</u:Created><u:Expires>${time(5)}</u:Expires></u:Timestamp></o:Security>`;
    return soap(RSTRC, related, collection(document), security);
  }

  #store(leaf: Certificate): string {
    const place = this.enrollmentType === 'Full' ? 'User' : 'System';
    return [
      '<wap-provisioningdoc version="1.1"><characteristic type="CertificateStore"><characteristic type="Root"><characteristic type="System">',
      `<characteristic type="${thumbprint(this.authority.certificate)}"><parm name="EncodedCertificate" value="${this.authority.certificate.der.toString('base64')}"/></characteristic>`,
      `</characteristic></characteristic><characteristic type="My"><characteristic type="${place}"><characteristic type="${thumbprint(leaf)}">`,
      `<parm name="EncodedCertificate" value="${leaf.der.toString('base64')}"/></characteristic><characteristic type="PrivateKeyContainer"/></characteristic>`,
      '<characteristic type="WSTEP"><characteristic type="Renew"><parm name="ROBOSupport" value="true" datatype="boolean"/>',
      '<parm name="RenewPeriod" value="60" datatype="integer"/><parm name="RetryInterval" value="4" datatype="integer"/></characteristic></characteristic>',
      '</characteristic></characteristic></wap-provisioningdoc>',
    ].join('');
  }

  #provisioning(leaf: Certificate): string {
    const store = this.enrollmentType === 'Full' ? 'My%5CUser' : 'My%5CSystem';
    const nonce = this.nonce.toString('base64');
    return this.#store(leaf).replace(
      '</wap-provisioningdoc>',
      [
        '<characteristic type="APPLICATION"><parm name="APPID" value="w7"/>',
        `<parm name="PROVIDER-ID" value="${this.providerId}"/><parm name="NAME" value="Tiny"/><parm name="ADDR" value="${this.origin}/MDM.svc"/>`,
        '<parm name="CONNRETRYFREQ" value="2"/><parm name="INITIALBACKOFFTIME" value="30000"/><parm name="MAXBACKOFFTIME" value="120000"/>',
        '<parm name="BACKCOMPATRETRYDISABLED"/><parm name="DEFAULTENCODING" value="application/vnd.syncml.dm+xml"/>',
        `<parm name="SSLCLIENTCERTSEARCHCRITERIA" value="Subject=${encodeURIComponent(this.subject.map(([type, value]) => `${type}=${value}`).join(', '))}&amp;Stores=${store}"/>`,
        `<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="CLIENT"/><parm name="AAUTHTYPE" value="DIGEST"/><parm name="AAUTHSECRET" value="server"/><parm name="AAUTHDATA" value="${nonce}"/></characteristic>`,
        `<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="AAUTHTYPE" value="DIGEST"/><parm name="AAUTHNAME" value="device"/><parm name="AAUTHSECRET" value="${this.secret}"/><parm name="AAUTHDATA" value="${nonce}"/></characteristic></characteristic>`,
        `<characteristic type="DMClient"><characteristic type="Provider"><characteristic type="${this.providerId}"><parm name="UPN" value="ana@example.jp" datatype="string"/>`,
        `<parm name="EntDMID" value="${randomUUID()}" datatype="string"/>${this.extra}<characteristic type="Poll"><parm name="NumberOfFirstRetries" value="2" datatype="integer"/>`,
        '<parm name="IntervalForFirstSetOfRetries" value="1" datatype="integer"/><parm name="NumberOfSecondRetries" value="1" datatype="integer"/>',
        '<parm name="IntervalForSecondSetOfRetries" value="10" datatype="integer"/><parm name="NumberOfRemainingScheduledRetries" value="0" datatype="integer"/>',
        '<parm name="IntervalForRemainingScheduledRetries" value="480" datatype="integer"/></characteristic></characteristic></characteristic></characteristic></wap-provisioningdoc>',
      ].join(''),
    );
  }

  /** What it answered to a message it answers again, as a server must. */
  #session(body: Buffer, headers: IncomingMessage['headers']): Answer {
    const message = readDeviceMessage(body, headers);
    const key = `${sourceOf(message)} ${message.sessionId} ${message.msgId}`;
    const known = this.#sent.get(key);
    if (known !== undefined) return syncml(known);
    this.messages.push(message);
    if (message.msgId === '1') this.#serverMessage = 0;
    this.#serverMessage += 1;
    const answer = this.#reply(message);
    this.#sent.set(key, answer);
    return syncml(answer);
  }

  #reply(message: DeviceMessage): string {
    let id = 0;
    const status = (cmdRef: string, cmd: string, code: string, inside = '') => {
      id += 1;
      return `<Status><CmdID>${id}</CmdID><MsgRef>${message.msgId}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>${inside}<Data>${code}</Data></Status>`;
    };
    const head = `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${message.sessionId}</SessionID><MsgID>${this.#serverMessage}</MsgID><Target><LocURI>${sourceOf(message)}</LocURI></Target><Source><LocURI>${this.origin}/MDM.svc</LocURI></Source></SyncHdr><SyncBody>`;
    if (this.challenges > 0) {
      this.challenges -= 1;
      this.nonce = randomBytes(16);
      const chal = `<Chal><Meta><Type xmlns="syncml:metinf">syncml:auth-md5</Type><Format xmlns="syncml:metinf">b64</Format><NextNonce xmlns="syncml:metinf">${this.nonce.toString('base64')}</NextNonce></Meta></Chal>`;
      return `${head}${status('0', 'SyncHdr', message.cred === undefined ? '407' : '401', chal)}<Final/></SyncBody></SyncML>`;
    }
    const statuses = [
      status('0', 'SyncHdr', this.accepted),
      ...message.parts
        .filter(
          ({ name, fields }) =>
            name === 'Alert' || name === 'Replace' || (name === 'Results' && fields['MoreData'] === 'yes'),
        )
        .map(({ name, cmdId }) => status(cmdId, name, name === 'Results' ? '213' : '200')),
    ];
    const commands = message.final
      ? (this.queue.shift() ?? [])
      : ['<Alert><CmdID>{id}</CmdID><Data>1222</Data></Alert>'];
    const numbered = commands.map((xml) =>
      xml.replaceAll('{id}', () => {
        id += 1;
        return String(id);
      }),
    );
    return `${head}${statuses.join('')}${numbered.join('')}<Final/></SyncBody></SyncML>`;
  }
}

function stepOf(method: string, path: string): Step {
  if (path.startsWith('/enroll/')) return 'page';
  if (path === '/signin') return 'signin';
  if (path === '/MDM.svc') return 'session';
  if (path.endsWith('/Policy.svc')) return 'policy';
  if (path.endsWith('/Enrollment.svc')) return 'enrollment';
  return method === 'GET' ? 'probe' : 'discovery';
}

const SECEXT = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const DISCOVER_RESPONSE =
  'http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/DiscoverResponse';
const POLICIES_RESPONSE =
  'http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy/IPolicy/GetPoliciesResponse';
const RSTRC = 'http://schemas.microsoft.com/windows/pki/2009/01/enrollment/RSTRC/wstep';
const NIL = (name: string) => `<${name} xsi:nil="true"/>`;
const POLICIES = [
  '<GetPoliciesResponse xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollmentpolicy" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><response><policyID/>',
  `${NIL('policyFriendlyName')}${NIL('nextUpdateHours')}${NIL('policiesNotChanged')}<policies><policy><policyOIDReference>0</policyOIDReference>${NIL('cAs')}`,
  '<attributes><commonName>Tiny</commonName><policySchema>3</policySchema><certificateValidity><validityPeriodSeconds>31536000</validityPeriodSeconds><renewalPeriodSeconds>3628800</renewalPeriodSeconds></certificateValidity>',
  '<permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission><privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>',
  `${NIL('keySpec')}${NIL('keyUsageProperty')}${NIL('permissions')}${NIL('algorithmOIDReference')}${NIL('cryptoProviders')}</privateKeyAttributes>`,
  `<revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision>${NIL('supersededPolicies')}${NIL('privateKeyFlags')}${NIL('subjectNameFlags')}${NIL('enrollmentFlags')}${NIL('generalFlags')}`,
  `<hashAlgorithmOIDReference>0</hashAlgorithmOIDReference>${NIL('rARequirements')}${NIL('keyArchivalAttributes')}${NIL('extensions')}</attributes></policy></policies></response>${NIL('cAs')}`,
  '<oIDs><oID><value>2.16.840.1.101.3.4.2.1</value><group>1</group><oIDReferenceID>0</oIDReferenceID><defaultName>szOID_NIST_sha256</defaultName></oID></oIDs></GetPoliciesResponse>',
].join('');

function collection(document: string): string {
  const token = Buffer.from(document).toString('base64');
  return [
    '<RequestSecurityTokenResponseCollection xmlns="http://docs.oasis-open.org/ws-sx/ws-trust/200512"><RequestSecurityTokenResponse>',
    '<TokenType>http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken</TokenType>',
    '<DispositionMessage xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment"/><RequestedSecurityToken>',
    `<BinarySecurityToken xmlns="${SECEXT}" ValueType="http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentProvisionDoc" EncodingType="${SECEXT}#base64binary">${token}</BinarySecurityToken>`,
    '</RequestedSecurityToken><RequestID xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment">0</RequestID></RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>',
  ].join('');
}

function answered(type: string, body: string, status = 200): Answer {
  return { status, headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }, body };
}

function html(body: string): Answer {
  return answered('text/html; charset=utf-8', body);
}

function syncml(body: string): Answer {
  return answered('application/vnd.syncml.dm+xml', body);
}

function soap(action: string, related: string, body: string, security = '', status = 200): Answer {
  const xml = [
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"',
    ' xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header>',
    `<a:Action s:mustUnderstand="1">${action}</a:Action><a:RelatesTo>${related}</a:RelatesTo>${security}</s:Header><s:Body>${body}</s:Body></s:Envelope>`,
  ].join('');
  return answered('application/soap+xml; charset=utf-8', xml, status);
}

/** A SOAP fault with status 500, as WCF sends it. */
export function fault(related: string, subcode: string, errorType?: string): Answer {
  const detail =
    errorType === undefined
      ? ''
      : `<s:Detail><DeviceEnrollmentServiceError xmlns="http://schemas.microsoft.com/windows/pki/2009/01/enrollment"><ErrorType>${errorType}</ErrorType><Message>No.</Message><TraceId>t-1</TraceId></DeviceEnrollmentServiceError></s:Detail>`;
  const body = `<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en-US">No.</s:Text></s:Reason>${detail}</s:Fault>`;
  return soap('http://www.w3.org/2005/08/addressing/fault', related, body, '', 500);
}

function thumbprint({ der }: Certificate): string {
  return createHash('sha1').update(der).digest('hex').toUpperCase();
}

/** The key of a request, without looking at its name, which no strict reader takes. */
function spkiIn(csr: Buffer): Buffer {
  const marker = Buffer.from('300d06092a864886f70d0101010500', 'hex');
  const at = csr.indexOf(marker);
  if (at < 4) throw new Error('no RSA key in the request');
  const spki = csr.subarray(at - 4, at + csr.readUInt16BE(at - 2));
  keyIdOf(spki);
  return spki;
}

function sourceOf({ xml }: DeviceMessage): string {
  return /<Source><LocURI>([0-9A-F]+)/.exec(xml)?.[1] ?? '';
}

function readDeviceMessage(body: Buffer, headers: IncomingMessage['headers']): DeviceMessage {
  const root = readXml(body, 'test');
  const [header, content] = childrenOf(root);
  if (header === undefined || content === undefined) throw new Error('no SyncML');
  const text = (element: Element, name: string) =>
    childrenOf(element).find(({ localName }) => localName === name)?.textContent ?? '';
  const deep = (element: Element, name: string) => element.getElementsByTagNameNS('*', name)[0]?.textContent ?? '';
  const parts = childrenOf(content)
    .filter(({ localName }) => localName !== 'Final')
    .map((part) => ({
      name: part.localName ?? '',
      cmdId: text(part, 'CmdID'),
      fields: {
        MsgRef: text(part, 'MsgRef'),
        CmdRef: text(part, 'CmdRef'),
        Cmd: text(part, 'Cmd'),
        Data: text(part, 'Data'),
        TargetRef: text(part, 'TargetRef'),
        MoreData: part.getElementsByTagNameNS('*', 'MoreData').length > 0 ? 'yes' : '',
        Error:
          childrenOf(part)
            .find(({ localName }) => localName === 'Data')
            ?.getAttributeNS('http://schemas.microsoft.com/MobileDevice/MDM', 'originalerror') ?? '',
      },
      items: childrenOf(part)
        .filter(({ localName }) => localName === 'Item')
        .map((item) => ({
          Source: text(childrenOf(item).find(({ localName }) => localName === 'Source') ?? item, 'LocURI'),
          Data: text(item, 'Data'),
          Format: deep(item, 'Format'),
          Type: deep(item, 'Type'),
          Size: deep(item, 'Size'),
        })),
    }));
  const cred = childrenOf(header).find(({ localName }) => localName === 'Cred');
  return {
    sessionId: text(header, 'SessionID'),
    msgId: text(header, 'MsgID'),
    xml: body.toString('utf8'),
    headers,
    cred: cred === undefined ? undefined : text(cred, 'Data'),
    parts,
    final: childrenOf(content).at(-1)?.localName === 'Final',
  };
}

/** A command for the queue of the server. */
export function command(
  verb: 'Get' | 'Add' | 'Replace' | 'Delete' | 'Exec',
  target: string,
  value?: { readonly format?: string; readonly data: string },
): string {
  const meta =
    value?.format === undefined
      ? ''
      : `<Meta><Format xmlns="syncml:metinf">${value.format}</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta>`;
  const data = value === undefined ? '' : `<Data>${escapeXml(value.data)}</Data>`;
  return `<${verb}><CmdID>{id}</CmdID><Item><Target><LocURI>${escapeXml(target)}</LocURI></Target>${meta}${data}</Item></${verb}>`;
}

export function atomic(...commands: readonly string[]): string {
  return `<Atomic><CmdID>{id}</CmdID>${commands.join('')}</Atomic>`;
}
