import type { PushSource } from '../apns/index.ts';
import type { Behaviour, BehaviourName } from './behaviour.ts';
import type { BlueprintChoice } from './blueprint.ts';
import type { IdentityHeader } from './connection.ts';
import type { FetchAs } from './fetch-profile.ts';
import type { KeySource } from './keys.ts';

/** How a simulated device is made. Only `kind` and `seed` are needed. */
export type DeviceChoice = BlueprintChoice &
  Partial<Omit<DeviceOptions, 'behaviour'>> & {
    /** A name of `BEHAVIOURS`, or parts that differ from `steady`. */
    readonly behaviour?: BehaviourName | Partial<Behaviour>;
  };

export type DeviceOptions = {
  readonly behaviour: Behaviour;
  /** Where its pushes come from; without it the device polls. */
  readonly push?: PushSource;
  readonly keys: KeySource;
  /** How it opens the invitation's link. */
  readonly as?: FetchAs;
  /** PEM of the roots it trusts, in place of the system's. */
  readonly ca?: readonly string[];
  /** Takes servers without TLS that are not this machine: for test networks only. */
  readonly allowHttp?: boolean;
  readonly scep?: 'modern' | 'legacy';
  /** As if a TLS proxy passed on the certificate in a header. */
  readonly identityHeader?: IdentityHeader;
  /**
   * Signs no message although the profile asks for it, as behind a proxy that drops the header: the TLS connection's
   * certificate, or `identityHeader`, alone says who it is.
   */
  readonly unsigned?: boolean;
  readonly timeoutMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly onEvent?: (event: DeviceEvent) => void;
};

/** What happens to a device, for progress lines and tests. */
export type DeviceEvent =
  | { readonly type: 'enrolled' | 'renewed' | 'pushed' | 'wiped' | 'deferred' }
  | { readonly type: 'answered'; readonly requestType: string; readonly status: string }
  | { readonly type: 'unenrolled'; readonly why: 'command' | 'unrecognized' | 'status_401' }
  | { readonly type: 'refused'; readonly status: number }
  | { readonly type: 'unreachable' };
