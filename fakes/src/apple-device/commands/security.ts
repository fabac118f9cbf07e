import type { PlistDict } from '@tsukasa/apple-mdm';
import { type Answer, acknowledged, type CommandContext, isPhoneOrPad } from '../state.ts';

export function securityInfo(context: CommandContext): Answer {
  return acknowledged({ SecurityInfo: isPhoneOrPad(context) ? mobile(context) : otherwise(context) });
}

function mobile({ state, target }: CommandContext): PlistDict {
  return {
    HardwareEncryptionCaps: 3,
    PasscodePresent: state.passcode,
    PasscodeCompliant: state.passcode,
    PasscodeCompliantWithProfiles: state.passcode,
    PasscodeLockGracePeriod: 0,
    PasscodeLockGracePeriodEnforced: 0,
    AutoLockTime: 120,
    ManagementStatus: { EnrolledViaDEP: false, IsUserEnrollment: false, IsActivationLockManageable: target.supervised },
  };
}

function otherwise({ blueprint, state }: CommandContext): PlistDict {
  if (blueprint.platform !== 'macOS') return { ManagementStatus: { EnrolledViaDEP: false, IsUserEnrollment: false } };
  const silicon = blueprint.kind === 'Mac';
  const token = state.bootstrapToken !== undefined;
  return {
    PasscodePresent: state.passcode,
    FDE_Enabled: blueprint.encrypted,
    FDE_HasPersonalRecoveryKey: blueprint.encrypted,
    FDE_HasInstitutionalRecoveryKey: false,
    SystemIntegrityProtectionEnabled: true,
    AuthenticatedRootVolumeEnabled: true,
    RemoteDesktopEnabled: false,
    FirewallSettings: {
      FirewallEnabled: blueprint.firewall,
      BlockAllIncoming: false,
      StealthMode: false,
      AllowSigned: true,
      AllowSignedApp: true,
      LoggingEnabled: true,
      LoggingOption: 'throttled',
      Applications: [],
    },
    ...(silicon
      ? { IsRecoveryLockEnabled: false }
      : { FirmwarePasswordStatus: { PasswordExists: false, ChangePending: false, AllowOroms: false } }),
    SecureBoot: {
      SecureBootLevel: 'full',
      ExternalBootLevel: silicon ? 'not supported' : 'disallowed',
      ...(silicon
        ? { ReducedSecurity: { AllowsAnyAppleSignedOS: false, AllowsMDM: false, AllowsUserKextApproval: false } }
        : {}),
    },
    BootstrapTokenAllowedForAuthentication: silicon ? (token ? 'allowed' : 'disallowed') : 'not supported',
    BootstrapTokenRequiredForSoftwareUpdate: silicon,
    BootstrapTokenRequiredForKernelExtensionApproval: silicon,
    ManagementStatus: {
      EnrolledViaDEP: false,
      UserApprovedEnrollment: true,
      IsUserEnrollment: false,
      IsActivationLockManageable: false,
    },
  };
}
