import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

type Count = { inc(): void };

/** What `/metrics` shows of Windows sessions; never anything of a tenant. Children are looked up once: the path is hot. */
export type SessionMetrics = {
  readonly messages: Readonly<Record<'opened' | 'continued' | 'repeated', Count>>;
  readonly refused: (kind: string) => Count;
  readonly sent: (commands: number) => void;
  readonly stray: (answers: number) => void;
  readonly interpreted: (outcome: 'done' | 'retried' | 'given_up') => Count;
  readonly observeSeconds: (seconds: number) => void;
  readonly observeBatch: (size: number) => void;
};

export type SessionGauges = {
  /** Messages that wait for the database. */
  readonly waiting: () => number;
  /** Certificates in the cache. */
  readonly cached: () => number;
  /** Bytes of unfinished bodies. */
  readonly receiving: () => number;
};

/** Registers the metrics of sessions. */
export function createSessionMetrics(registry: Registry, gauges: SessionGauges): SessionMetrics {
  const registers = [registry];
  const messages = new Counter({
    name: 'tsukasa_windows_messages_total',
    help: 'Messages of OMA DM sessions that were accepted.',
    labelNames: ['kind'],
    registers,
  });
  const refused = new Counter({
    name: 'tsukasa_windows_refused_total',
    help: 'Refused messages, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const sent = new Counter({ name: 'tsukasa_windows_commands_sent_total', help: 'Commands sent.', registers });
  const stray = new Counter({
    name: 'tsukasa_windows_stray_answers_total',
    help: 'Answers to no command that waits for one.',
    registers,
  });
  const interpreted = new Counter({
    name: 'tsukasa_windows_interpreted_total',
    help: 'Answers taken from the queue, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'tsukasa_windows_request_duration_seconds',
    help: 'Messages from the first byte of the header to the answer.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
    registers,
  });
  const batch = new Histogram({
    name: 'tsukasa_windows_batch_size',
    help: 'Messages in one statement.',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  gauge(registry, 'tsukasa_windows_waiting_messages', 'Messages that wait for the database.', gauges.waiting);
  gauge(registry, 'tsukasa_windows_cached_certificates', 'Certificates in the identity cache.', gauges.cached);
  gauge(registry, 'tsukasa_windows_receiving_bytes', 'Bytes of unfinished bodies.', gauges.receiving);
  return {
    messages: {
      opened: messages.labels('opened'),
      continued: messages.labels('continued'),
      repeated: messages.labels('repeated'),
    },
    refused: (kind) => refused.labels(kind),
    sent: (commands) => sent.inc(commands),
    stray: (answers) => stray.inc(answers),
    interpreted: (outcome) => interpreted.labels(outcome),
    observeSeconds: (value) => seconds.observe(value),
    observeBatch: (size) => batch.observe(size),
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
