import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AnswerStatus, Counted } from './channel-store.ts';

type Count = { inc(): void };

/** What `/metrics` shows of the channel; never anything of a tenant. Children are looked up once: the path is hot. */
export type AppleMetrics = {
  readonly contacts: Readonly<Record<'idle' | AnswerStatus, Count>>;
  readonly answers: Readonly<Record<Counted, Count>>;
  readonly delivered: Count;
  readonly checkins: (messageType: string) => Count;
  readonly refused: (kind: string) => Count;
  readonly interpreted: (outcome: 'done' | 'retried' | 'given_up') => Count;
  readonly observeSeconds: (endpoint: 'connect' | 'checkin', seconds: number) => void;
  readonly observeBatch: (kind: 'poll' | 'answer', size: number) => void;
};

export type AppleGauges = {
  /** Contacts that wait for the database. */
  readonly waiting: () => number;
  /** Certificates in the cache. */
  readonly cached: () => number;
  /** Bytes of unfinished bodies. */
  readonly receiving: () => number;
};

/** Registers the channel's metrics. */
export function createAppleMetrics(registry: Registry, gauges: AppleGauges): AppleMetrics {
  const registers = [registry];
  const contacts = new Counter({
    name: 'tsukasa_apple_contacts_total',
    help: 'Reports of the command channel, by what they said.',
    labelNames: ['said'],
    registers,
  });
  const answers = new Counter({
    name: 'tsukasa_apple_answers_total',
    help: 'Answers to commands, by whether they counted.',
    labelNames: ['counted'],
    registers,
  });
  const delivered = new Counter({
    name: 'tsukasa_apple_commands_delivered_total',
    help: 'Commands delivered.',
    registers,
  });
  const checkins = new Counter({
    name: 'tsukasa_apple_checkins_total',
    help: 'Check-in messages, by type.',
    labelNames: ['type'],
    registers,
  });
  const refused = new Counter({
    name: 'tsukasa_apple_refused_total',
    help: 'Refused messages, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const interpreted = new Counter({
    name: 'tsukasa_apple_interpreted_total',
    help: 'Answers taken from the queue, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tsukasa_apple_request_duration_seconds',
    help: 'Device requests from the first byte of the header to the answer.',
    labelNames: ['endpoint'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
    registers,
  });
  const batch = new Histogram({
    name: 'tsukasa_apple_batch_size',
    help: 'Contacts in one statement.',
    labelNames: ['kind'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  gauge(registry, 'tsukasa_apple_waiting_contacts', 'Contacts that wait for the database.', gauges.waiting);
  gauge(registry, 'tsukasa_apple_cached_certificates', 'Certificates in the identity cache.', gauges.cached);
  gauge(registry, 'tsukasa_apple_receiving_bytes', 'Bytes of unfinished bodies.', gauges.receiving);
  const said = (word: string) => contacts.labels(word);
  const counted = (word: Counted) => answers.labels(word);
  const durations = { connect: seconds.labels('connect'), checkin: seconds.labels('checkin') };
  const sizes = { poll: batch.labels('poll'), answer: batch.labels('answer') };
  return {
    contacts: {
      idle: said('Idle'),
      Acknowledged: said('Acknowledged'),
      Error: said('Error'),
      CommandFormatError: said('CommandFormatError'),
      NotNow: said('NotNow'),
    },
    answers: {
      counted: counted('counted'),
      duplicate: counted('duplicate'),
      late: counted('late'),
      unknown: counted('unknown'),
    },
    delivered,
    checkins: (messageType) => checkins.labels(messageType),
    refused: (kind) => refused.labels(kind),
    interpreted: (outcome) => interpreted.labels(outcome),
    observeSeconds: (endpoint, value) => durations[endpoint].observe(value),
    observeBatch: (kind, size) => sizes[kind].observe(size),
  };
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value());
    },
  });
}
