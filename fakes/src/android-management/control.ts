import type { IncomingMessage, ServerResponse } from 'node:http';
import { EnrollmentRefused } from '../android-device/index.ts';
import type { PlayApplication } from './catalogue.ts';
import type { NotificationView } from './control-types.ts';
import { DevicesDesk, view } from './devices-desk.ts';
import { API_FAILURES, type ApiFailure } from './failures.ts';
import { flag, number, objectOf, optional, RequestProblem, text, word } from './fields.ts';
import { forgetEnterprise } from './handlers/enterprises.ts';
import { readBody, sendJson } from './http.ts';
import { type Delivery, type DeliverySwitches, RETENTION_MS, type Subscription } from './pubsub.ts';
import type { FakeAndroidManagement } from './server.ts';
import { scanSigninToken } from './signin-scan.ts';
import type { Message } from './validate.ts';

const TOKEN_LIES = ['wrong_audience', 'bad_signature', 'wrong_email', 'expired', 'unknown_key', 'missing'] as const;

/**
 * The stand-in's own door, under `/_sim` and without any lock: whoever reaches it moves time, makes projects and holds every
 * device in the hand.
 */
export class Controls {
  readonly #standIn: FakeAndroidManagement;
  readonly #desk: DevicesDesk;

  constructor(standIn: FakeAndroidManagement) {
    this.#standIn = standIn;
    this.#desk = new DevicesDesk(standIn);
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      const body = await bodyOf(request);
      const answer = await this.#route(
        `${request.method} ${url.pathname.slice('/_sim'.length)}`,
        body,
        url.searchParams,
      );
      sendJson(response, 200, answer);
    } catch (error) {
      if (error instanceof EnrollmentRefused) return sendJson(response, 409, { error: error.message });
      if (!(error instanceof RequestProblem)) throw error;
      sendJson(response, error.status, { error: error.message });
    }
  }

  close(): void {
    this.#desk.close();
  }

  async #route(route: string, body: Message, query: URLSearchParams): Promise<object> {
    const action = /^POST \/device\/([a-z-]+)$/.exec(route)?.[1];
    if (action !== undefined) return this.#desk.act(query.get('name') ?? '', action, body);
    const { clock, failures, journal, pubsub, world, oauth } = this.#standIn;
    switch (route) {
      case 'POST /projects':
        return this.#standIn.createProject(text(body['projectId'], 'projectId'), limitsOf(body));
      case 'PATCH /projects':
        return this.#limit(body);
      case 'POST /topics':
        return this.#topic(body);
      case 'POST /subscriptions':
        return this.#subscribe(body);
      case 'DELETE /subscriptions':
        return { deleted: pubsub.subscriptions.delete(query.get('name') ?? '') };
      case 'POST /devices':
        return this.#desk.enroll(body);
      case 'GET /devices':
        return { devices: this.#desk.list() };
      case 'GET /device':
        return view(this.#desk.get(query.get('name') ?? ''));
      case 'POST /sign-in':
        return scanSigninToken(world, body);
      case 'POST /failures':
        failures.add(failureOf(body));
        return {};
      case 'GET /failures':
        return { failures: failures.list() };
      case 'DELETE /failures':
        failures.clear();
        return {};
      case 'PUT /notifications':
        pubsub.set(switchesOf(body));
        return {};
      case 'GET /notifications':
        return { switches: pubsub.switches, notifications: pubsub.deliveries().map(notificationView) };
      case 'POST /notifications/replay':
        return { replayed: pubsub.replay(text(body['messageId'], 'messageId')) };
      case 'POST /notifications/publish':
        pubsub.publish(
          text(body['topic'], 'topic'),
          text(body['notificationType'], 'notificationType'),
          optional(body, 'data', objectOf),
        );
        return {};
      case 'POST /clock/advance':
        await clock.advance(number(body['milliseconds'], 'milliseconds'));
        return { now: clock.stamp() };
      case 'POST /clock/settle':
        await clock.settle();
        return { now: clock.stamp() };
      case 'GET /requests':
        return { requests: journal.entries() };
      case 'GET /violations':
        return { requests: journal.violations() };
      case 'DELETE /requests':
        journal.clear();
        return {};
      case 'POST /enterprises/revoke':
        return this.#revoke(text(body['name'], 'name'));
      case 'POST /access-tokens/revoke':
        oauth.revokeAll();
        return {};
      case 'PUT /applications':
        return this.#offer(body);
      case 'GET /policy':
        return this.#policyVersions(query.get('name') ?? '');
      case 'GET /':
        return { devices: this.#desk.list().length, enterprises: [...world.enterprises.keys()], now: clock.stamp() };
      default:
        throw new RequestProblem(404, 'the control has no such endpoint');
    }
  }

  #limit(body: Message): object {
    const project = this.#standIn.world.projects.get(text(body['projectId'], 'projectId'));
    if (project === undefined) throw new RequestProblem(404, 'there is no such project');
    const { deviceQuota, requestsPerMinute } = limitsOf(body);
    project.deviceQuota = deviceQuota ?? project.deviceQuota;
    project.requestsPerMinute = requestsPerMinute ?? project.requestsPerMinute;
    return {};
  }

  #topic(body: Message): object {
    const name = text(body['name'], 'name');
    if (!/^projects\/[^/]+\/topics\/[^/]+$/.test(name))
      throw new RequestProblem(400, 'name must be projects/…/topics/…');
    this.#standIn.pubsub.topics.set(name, { name, publisher: optional(body, 'publisher', flag) ?? true });
    return { name };
  }

  #subscribe(body: Message): object {
    const topic = text(body['topic'], 'topic');
    if (!this.#standIn.pubsub.topics.has(topic)) throw new RequestProblem(404, 'there is no such topic');
    const pushEndpoint = text(body['pushEndpoint'], 'pushEndpoint');
    const subscription: Subscription = {
      name: optional(body, 'name', text) ?? `${topic.replace('/topics/', '/subscriptions/')}-push`,
      topic,
      pushEndpoint,
      audience: optional(body, 'audience', text) ?? pushEndpoint,
      serviceAccountEmail: text(body['serviceAccountEmail'], 'serviceAccountEmail'),
      retentionMs: optional(body, 'retentionMs', number) ?? RETENTION_MS,
    };
    this.#standIn.pubsub.subscriptions.set(subscription.name, subscription);
    return subscription;
  }

  #revoke(name: string): object {
    const enterprise = this.#standIn.world.enterprises.get(name.replace('enterprises/', ''));
    if (enterprise === undefined) throw new RequestProblem(404, 'there is no such enterprise');
    forgetEnterprise(enterprise);
    return {};
  }

  /** Puts an application on Google Play, or changes what comes of installing it. */
  #offer(body: Message): object {
    const packageName = text(body['packageName'], 'packageName');
    const failure = optional(body, 'failure', text);
    const application: PlayApplication = {
      packageName,
      title: optional(body, 'title', text) ?? packageName,
      author: optional(body, 'author', text) ?? 'Example',
      category: 'TOOLS',
      versionCode: optional(body, 'versionCode', number) ?? 1,
      versionName: optional(body, 'versionName', text) ?? '1.0',
      minAndroidSdkVersion: optional(body, 'minAndroidSdkVersion', number) ?? 26,
      ...(failure === undefined ? {} : { failure }),
    };
    this.#standIn.world.catalogue.set(packageName, application);
    return application;
  }

  #policyVersions(name: string): object {
    const [, enterprise = '', , policy = ''] = name.split('/');
    const record = this.#standIn.world.enterprises.get(enterprise)?.policies.get(policy);
    if (record === undefined) throw new RequestProblem(404, 'there is no such policy');
    return { versions: record.versions };
  }
}

function limitsOf(body: Message): { readonly deviceQuota?: number; readonly requestsPerMinute?: number } {
  const deviceQuota = optional(body, 'deviceQuota', number);
  const requestsPerMinute = optional(body, 'requestsPerMinute', number);
  return {
    ...(deviceQuota === undefined ? {} : { deviceQuota }),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
}

function failureOf(body: Message): ApiFailure {
  const method = optional(body, 'method', text);
  const count = optional(body, 'count', number);
  const after = optional(body, 'after', number);
  const retryAfter = optional(body, 'retryAfter', number);
  return {
    fail: word(API_FAILURES)(body['fail'], 'fail'),
    ...(method === undefined ? {} : { method }),
    ...(count === undefined ? {} : { count }),
    ...(after === undefined ? {} : { after }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

function switchesOf(body: Message): DeliverySwitches {
  const delayMs = optional(body, 'delayMs', number);
  const duplicate = optional(body, 'duplicate', flag);
  const reorder = optional(body, 'reorder', flag);
  const drop = optional(body, 'drop', number);
  const token = optional(body, 'token', word(TOKEN_LIES));
  return {
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(duplicate === undefined ? {} : { duplicate }),
    ...(reorder === undefined ? {} : { reorder }),
    ...(drop === undefined ? {} : { drop }),
    ...(token === undefined ? {} : { token }),
  };
}

function notificationView({ data, lastAnswer, ...rest }: Delivery): NotificationView {
  return { ...rest, data: data ?? null, lastAnswer: lastAnswer ?? null };
}

async function bodyOf(request: IncomingMessage): Promise<Message> {
  const raw = await readBody(request);
  if (raw === undefined) throw new RequestProblem(413, 'the body is too large');
  if (raw.length === 0) return {};
  try {
    return objectOf(JSON.parse(raw.toString('utf8')));
  } catch (cause) {
    throw cause instanceof RequestProblem ? cause : new RequestProblem(400, 'the body is not JSON');
  }
}
