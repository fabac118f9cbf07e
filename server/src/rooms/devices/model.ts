import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  Device,
  DeviceDetail,
  EnrollmentMethod,
  ManagementMode,
  ManagementState,
  OsFamily,
  Platform,
  UsageMode,
} from '@tsukasa/api';
import type { Tx } from '../../base/db.ts';
import type { ContractorId, Id } from '../../base/ids.ts';
import type { PersonId } from '../directory/index.ts';

export type DeviceId = Id<'Device'>;
export type InvitationId = Id<'Invitation'>;
export type EventId = Id<'Event'>;

/** What a device can say about itself, one column each. Addresses are lower case with colons; levels run from 0 to 1. */
export type ObservedTypes = {
  readonly name: string;
  readonly serialNumber: string;
  readonly model: string;
  readonly modelName: string;
  readonly productName: string;
  readonly osFamily: OsFamily;
  readonly osVersion: string;
  readonly osBuild: string;
  readonly phoneNumber: string;
  readonly imei: string;
  readonly meid: string;
  readonly iccid: string;
  readonly carrier: string;
  readonly wifiMac: string;
  readonly bluetoothMac: string;
  readonly ethernetMac: string;
  readonly supervised: boolean;
  readonly userApproved: boolean;
  readonly appleSilicon: boolean;
  readonly manufacturer: string;
  readonly osEdition: string;
  readonly securityPatchLevel: string;
  readonly apiLevel: number;
  readonly secureBoot: boolean;
  readonly tpmVersion: string;
  readonly antivirusActive: boolean;
  readonly antivirusCurrent: boolean;
  readonly policyCompliant: boolean;
  readonly domainName: string;
  readonly passcodePresent: boolean;
  readonly passcodeCompliant: boolean;
  readonly encrypted: boolean;
  readonly firewallEnabled: boolean;
  readonly activationLock: boolean;
  readonly lostMode: boolean;
  readonly batteryLevel: number;
  readonly capacityBytes: number;
  readonly availableBytes: number;
};
export type ObservedField = keyof ObservedTypes;

/** Absent (or undefined): not said. `null`: the device said that there is none. */
export type ObservedValues = { readonly [F in ObservedField]?: ObservedTypes[F] | null | undefined };

/** One device as dialects and actions see it; an observed value that was never said, or said to be none, is undefined. */
export type DeviceFacts = { readonly [F in ObservedField]: ObservedTypes[F] | undefined } & {
  readonly contractorId: ContractorId;
  readonly deviceId: DeviceId;
  readonly platform: Platform;
  readonly usageMode: UsageMode;
  readonly managementMode: ManagementMode;
  readonly managementState: ManagementState;
  readonly hardwareId: string;
  readonly label: string;
  /** Label, name, serial number or hardware id: the first that is not empty. */
  readonly displayName: string;
  readonly personId: PersonId | undefined;
  readonly invitationId: InvitationId | undefined;
  readonly enrolledAt: Temporal.Instant | undefined;
  readonly lastContactAt: Temporal.Instant | undefined;
  /** When each observed value was said. */
  readonly observedAt: Readonly<Partial<Record<ObservedField, Temporal.Instant>>>;
};

/** What other rooms show of a device. */
export type DeviceBrief = { readonly displayName: string; readonly platform: Platform };

export type Registration = {
  readonly contractorId: ContractorId;
  readonly platform: Platform;
  /** The platform's own lasting name of the hardware (Apple: the UDID). The same one again is the same device. */
  readonly hardwareId: string;
  readonly usageMode: UsageMode;
  /** Default `device`. */
  readonly managementMode?: ManagementMode | undefined;
  readonly invitationId?: InvitationId | undefined;
  /** Absent: a device that is known keeps its person; likewise its label. */
  readonly personId?: PersonId | undefined;
  readonly label?: string | undefined;
  readonly values: ObservedValues;
  /** When the device said the values; absent: now. A later time than the true one would hide what it says afterwards. */
  readonly saidAt?: Temporal.Instant | undefined;
  readonly now: Temporal.Instant;
};

export type Observation = {
  /** What was answered (`device_information`, `security_info`): the raw body is kept under it. */
  readonly section: string;
  readonly at: Temporal.Instant;
  /** Where a change comes from, as the history shows it: `DeviceInformation`, `status`, `enrollment`. */
  readonly source: string;
  readonly values: ObservedValues;
  /** The answer as reported, JSON; left out when there is none to keep. */
  readonly body?: unknown;
};

export type ListObservation<Item> = {
  readonly at: Temporal.Instant;
  readonly source: string;
  readonly items: readonly Item[];
  readonly body?: unknown;
};

export type ObservedApp = {
  readonly identifier: string;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly shortVersion?: string | undefined;
  readonly bundleBytes?: number | undefined;
  readonly managed?: boolean | undefined;
  /** What else was said of it; kept as it is. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
};

export type ObservedProfile = {
  readonly identifier: string;
  readonly uuid?: string | undefined;
  readonly displayName?: string | undefined;
  readonly managed?: boolean | undefined;
  readonly payloadTypes?: readonly string[] | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
};

export type ObservedCertificate = {
  /** SHA-256 of the DER. */
  readonly sha256: Uint8Array;
  readonly commonName?: string | undefined;
  readonly identity?: boolean | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly notBefore?: Temporal.Instant | undefined;
  readonly notAfter?: Temporal.Instant | undefined;
};

export type ObservedLocation = {
  readonly latitude: number;
  readonly longitude: number;
  readonly accuracyMeters?: number | undefined;
  readonly at: Temporal.Instant;
};

export type Contact = {
  readonly contractorId: ContractorId;
  readonly deviceId: DeviceId;
  readonly at: Temporal.Instant;
};

export const SEVERITIES = ['notice', 'warning', 'alarm'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type DeviceEventInput = {
  /** `channel.unknown_device`, `push.token_dead`: fixed names that the console words. */
  readonly kind: string;
  readonly severity: Severity;
  readonly deviceId?: DeviceId | undefined;
  /** What makes two events of one kind the same within an hour: a device id, a certificate's hash, or nothing (''). */
  readonly dedupe: string;
  /** Facts for the wording; no secrets, no bodies. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly now: Temporal.Instant;
};

export const INVITATION_PROBLEMS = ['revoked', 'expired', 'used_up'] as const;
export type InvitationProblem = (typeof INVITATION_PROBLEMS)[number];

export type Invitation = {
  readonly invitationId: InvitationId;
  readonly platform: Platform;
  readonly usageMode: UsageMode;
  readonly managementMode: ManagementMode;
  readonly personId: PersonId | undefined;
  readonly personName: string | undefined;
  readonly label: string;
  readonly maxUses: number;
  readonly uses: number;
  readonly expiresAt: Temporal.Instant;
};
/** `problem`: why it lets nobody in any more. */
export type FoundInvitation = { readonly invitation: Invitation; readonly problem?: InvitationProblem };

/** How a platform reaches its devices; implemented by its dialect. */
export interface DeviceChannel {
  /** What the device page shows of the channel; also for a device that is not enrolled any more. */
  describe(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<Device['channel']>;
  /** What the device said in its platform's own terms, beyond the columns that all platforms share. */
  details(tx: Tx, contractorId: ContractorId, deviceId: DeviceId): Promise<readonly DeviceDetail[]>;
  /** Devices that can no longer be woken because the push service refused their token. */
  deadTokens(tx: Tx, contractorId: ContractorId): Promise<readonly DeviceId[]>;
}

/** What a contractor's contracts allow today; implemented by the room of contracts. */
export interface Entitlement {
  /** Throws `precondition_failed` (`entitlement.<what>`), naming the clause of the terms and what to do. */
  require(
    tx: Tx,
    contractorId: ContractorId,
    what: 'enroll' | 'control' | 'observe',
    now: Temporal.Instant,
  ): Promise<void>;
}

/** What of a device is out of support, with what the catalogue supports instead, in its words (`iOS 16+`). */
export type SupportProblem = {
  readonly code: string;
  readonly what: 'os' | 'usage_mode';
  readonly supported: string;
};

/** What the provider's catalogue supports (terms, Art. 1 and 3); implemented by the room of contracts. */
export interface DeviceSupport {
  /** Empty for a device that is supported today. */
  check(
    tx: Tx,
    device: { readonly osFamily: string; readonly osVersion: string | undefined; readonly usageMode: string },
    now: Temporal.Instant,
  ): Promise<readonly SupportProblem[]>;
}

/** By what a device is judged, and as of when. */
export type Judging = { readonly support: DeviceSupport; readonly now: Temporal.Instant };

/** Which devices a platform takes, and how an invitation brings them in; implemented by its dialect. */
export interface InvitationGate {
  /** The management modes of each usage mode, the default first; none: the platform has no such devices. */
  readonly modes: Readonly<Record<UsageMode, readonly ManagementMode[]>>;
  /** Throws `precondition_failed` naming what is missing (`push_certificate.missing`). */
  check(tx: Tx, contractorId: ContractorId, now: Temporal.Instant): Promise<void>;
  /** The ways in which an open invitation is used. May ask an outside service, so it runs in no transaction. */
  methods(contractorId: ContractorId, invitation: UsableInvitation): Promise<readonly EnrollmentMethod[]>;
  /** Told in the transaction that revokes an invitation. */
  revoked?(tx: Tx, contractorId: ContractorId, invitationId: InvitationId, now: Temporal.Instant): Promise<void>;
}

/** An open invitation with what opens it. */
export type UsableInvitation = Invitation & {
  readonly code: string;
  /** `{publicUrl}/enroll/{code}` */
  readonly url: string;
};

export type PageLanguage = 'ja' | 'en';

/** A visit to `/enroll/{code}/{rest}` whose invitation is open. */
export type EnrollmentVisit = {
  readonly contractorId: ContractorId;
  readonly invitation: UsableInvitation;
  /** What follows the code in the path, without slashes around it: `''`, `profile`. */
  readonly rest: string;
  /** Of the address (`lang`), else what the client names first of ours; undefined when it says nothing. */
  readonly language: PageLanguage | undefined;
  /** The client reads pages (`Accept: text/html`). */
  readonly readsPages: boolean;
};

/** What a platform shows to a person who opens an invitation's link; implemented by its dialect. */
export interface EnrollmentPage {
  /** Answers the visit. GET and HEAD only. `not_ready`: the door says that enrollment is not possible yet. */
  serve(request: IncomingMessage, response: ServerResponse, visit: EnrollmentVisit): Promise<'served' | 'not_ready'>;
}

/** The actions of devices, as the device list shows them; implemented by the actions room, which is below. */
export interface OpenActions {
  /** Open actions per device; devices without any may be left out. */
  openByDevice(
    tx: Tx,
    contractorId: ContractorId,
    deviceIds: readonly DeviceId[],
  ): Promise<ReadonlyMap<DeviceId, number>>;
}
