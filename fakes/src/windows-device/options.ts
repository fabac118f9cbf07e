import type { KeySource } from '../apple-device/index.ts';
import type { WnsChannel } from '../wns/index.ts';
import type { WindowsBlueprintChoice } from './blueprint.ts';
import type { NodeFault } from './execute.ts';
import type { Reach } from './http.ts';
import type { JobOutcome } from './jobs.ts';
import type { EnrollmentType } from './provisioning.ts';
import type { Job, Login } from './state.ts';

/** Where a PC asks for its push channel, and hears the pushes: `FakeWns`, or `WnsClient` for one in another process. */
export type WnsSource = {
  /** A channel for the app with this package family name; `undefined` when the service does not know the app. */
  openChannel(packageFamilyName: string, listener: () => void): Promise<WnsChannel | undefined>;
};

export type WindowsDeviceOptions = Reach & {
  readonly keys: KeySource;
  readonly push?: WnsSource;
  /** Of discovery; any of 5.0, 7.0 and 9.0 when absent. */
  readonly requestVersion?: string;
  readonly enrollmentType: EnrollmentType;
  readonly login: Login;
  /** Shows its certificate in TLS or in the header; some builds do not (fact sheet 4.8). */
  readonly showsCertificate: boolean;
  /** Signs each message: when `RequireMessageSigning` asks for it, without being asked, or whatever it asks for. */
  readonly signs: 'asked' | 'always' | 'never';
  /** Sends a credential before it is challenged. Otherwise only when it has been challenged once. */
  readonly eager: boolean;
  /** Sends the wrong secret. */
  readonly wrongSecret: boolean;
  /** Also the limit of what the server may send. */
  readonly maxMessageBytes: number;
  /** The request for a certificate is signed by a key that is not in it. */
  readonly forgedCsr: boolean;
  /** Tells the server when the management ends, if it can. */
  readonly tellsUnenrollment: boolean;
  /** Where it is; `undefined` while location services are off. */
  readonly fix: { readonly latitude: number; readonly longitude: number; readonly accuracy: number } | undefined;
  readonly entraJoined: boolean;
  /** Minutes between the runs of the scheduled task that hands over recovery keys in `live`; 0 where nobody set one up. */
  readonly recoveryScriptMinutes: number;
  /** What becomes of apps that it is to install. */
  readonly jobOutcome: (job: Job) => JobOutcome;
  /** Statuses that nodes give in place of their own; each counts down. */
  readonly faults: readonly NodeFault[];
  /** Passes before each message of a session but the first: a PC takes a moment for what it was told. */
  readonly think: () => Promise<void>;
  /** How many times faster than the clock the schedules of `live` run. */
  readonly pace: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onEvent?: (event: WindowsDeviceEvent) => void;
};

/** How a simulated PC is made. Only `seed` is needed. */
export type WindowsDeviceChoice = WindowsBlueprintChoice & Partial<WindowsDeviceOptions>;

/** What happens to a PC, for progress lines and tests. */
export type WindowsDeviceEvent =
  | { readonly type: 'enrolled' | 'renewed' | 'pushed' | 'wiped' | 'restarted' | 'locked' | 'session' }
  | { readonly type: 'answered'; readonly cmd: string; readonly target: string | undefined; readonly code: number }
  | { readonly type: 'keys_handed_over'; readonly count: number }
  | { readonly type: 'unenrolled'; readonly why: 'server' | 'person' | 'lost_contact' }
  | { readonly type: 'refused'; readonly what: string }
  | { readonly type: 'renewal_failed'; readonly hresult: string }
  | { readonly type: 'unreachable' };
