import type {
  AndroidBlueprintChoice,
  AndroidHabits,
  AndroidMode,
  EnrollmentPath,
  LockStrength,
} from '../android-device/index.ts';
import type { ApiFailure } from './failures.ts';
import type { DeliverySwitches } from './pubsub.ts';

/** How a simulated device comes in: what it was shown, and what it is. */
export type EnrollChoice = Partial<AndroidBlueprintChoice> & {
  /** The token itself, the JSON of a QR code or of zero-touch, or an enrollment link: exactly one. */
  readonly token?: string;
  readonly qrCode?: string;
  readonly link?: string;
  /** Default: a QR code is scanned at the first setup of a company's device, a link is opened on a person's own. */
  readonly path?: EnrollmentPath;
  readonly habits?: Partial<AndroidHabits>;
};

/** What a test or a person may change on a device; the device reports it when it is online. */
export type DeviceChange = Partial<{
  readonly online: boolean;
  readonly battery: number;
  readonly charging: boolean;
  readonly adbEnabled: boolean;
  readonly developerSettings: boolean;
  readonly unknownSources: boolean;
  readonly verifyApps: boolean;
  readonly posture: 'SECURE' | 'AT_RISK' | 'POTENTIALLY_COMPROMISED';
  readonly updateAvailable: boolean;
  readonly lock: LockStrength;
  readonly resetToken: boolean;
  readonly keyAliases: readonly string[];
  readonly locationOn: boolean;
  readonly position: { readonly latitude: number; readonly longitude: number };
}>;

/** A simulated device, as somebody who holds it in the hand sees it. */
export type SimulatedDevice = {
  readonly name: string;
  readonly mode: AndroidMode;
  readonly state: 'PROVISIONING' | 'ACTIVE' | 'GONE';
  readonly product: string;
  readonly model: string;
  readonly androidVersion: string;
  readonly apiLevel: number;
  readonly serialNumber: string;
  readonly online: boolean;
  readonly battery: number;
  readonly lock: LockStrength;
  readonly locked: boolean;
  readonly lost: boolean;
  readonly disabled: boolean;
  readonly blocked: boolean;
  readonly apps: readonly string[];
  readonly appliedPolicyName: string | null;
  readonly appliedPolicyVersion: string | null;
};

/** A notification on its way. */
export type NotificationView = {
  readonly messageId: string;
  readonly subscription: string;
  readonly notificationType: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly publishTime: string;
  readonly attempts: number;
  readonly lastAnswer: string | null;
  readonly state: 'waiting' | 'acknowledged' | 'dropped' | 'expired';
};

export type ProjectLimits = {
  /** How many devices it may have; default 500. Google gives a new project none. */
  readonly deviceQuota?: number;
  /** Default 600. */
  readonly requestsPerMinute?: number;
};

export type SubscriptionOrder = {
  /** Default: made from the topic. */
  readonly name?: string;
  readonly topic: string;
  readonly pushEndpoint: string;
  /** Default: the push endpoint. */
  readonly audience?: string;
  readonly serviceAccountEmail: string;
  /** How long a message is tried; default 7 days. */
  readonly retentionMs?: number;
};

export type { ApiFailure, DeliverySwitches };
