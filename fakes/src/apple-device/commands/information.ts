import { DEVICE_QUERIES, listChoices, type PlistDict, type PlistValue, Real } from '@tsukasa/apple-mdm';
import { type Answer, acknowledged, type CommandContext, isPhoneOrPad } from '../state.ts';

/**
 * Answers only what was asked and what this device may tell: a query it does not know, or that its rights or platform do
 * not cover, is simply absent from the answer.
 */
export function deviceInformation(context: CommandContext, command: PlistDict): Answer {
  const allowed = new Set(listChoices(DEVICE_QUERIES, context.target).map(({ name }) => name));
  const values = deviceValues(context);
  const queries = Array.isArray(command.Queries) ? command.Queries : [];
  const answers: Record<string, PlistValue> = {};
  for (const query of queries) {
    if (typeof query !== 'string' || !allowed.has(query)) continue;
    const value = values[query];
    if (value !== undefined) answers[query] = value;
  }
  return acknowledged({ QueryResponses: answers });
}

function deviceValues(context: CommandContext): PlistDict {
  const { blueprint } = context;
  return {
    ...commonValues(context),
    ...(isPhoneOrPad(context) ? mobileValues(context) : {}),
    ...(blueprint.platform === 'macOS' ? macValues(context) : {}),
  };
}

function commonValues({ blueprint, state, target, now }: CommandContext): PlistDict {
  const { hardware, macs } = blueprint;
  return {
    UDID: blueprint.udid,
    DeviceName: state.name,
    OSVersion: blueprint.osVersion,
    BuildVersion: blueprint.buildVersion,
    SupplementalBuildVersion: blueprint.buildVersion,
    ModelName: hardware.modelName,
    Model: hardware.model,
    ModelNumber: hardware.modelNumber,
    ProductName: hardware.productName,
    SerialNumber: blueprint.serialNumber,
    DeviceCapacity: new Real(blueprint.capacityGigabytes),
    AvailableDeviceCapacity: new Real(freeGigabytes(blueprint, now)),
    IsSupervised: target.supervised,
    IsMultiUser: false,
    AwaitingConfiguration: false,
    IsActivationLockEnabled: false,
    IsActivationLockSupported: true,
    IsDeviceLocatorServiceEnabled: !target.supervised,
    SoftwareUpdateDeviceID: hardware.productName.replace(',', '-'),
    TimeZone: state.timeZone,
    WiFiMAC: macs.wifi,
    BluetoothMAC: macs.bluetooth,
    ...(macs.ethernet === undefined ? {} : { EthernetMAC: macs.ethernet }),
    iTunesStoreAccountIsActive: true,
    ...(state.settings.has('OrganizationInfo') ? { OrganizationInfo: state.settings.get('OrganizationInfo') } : {}),
    MDMOptions: state.settings.get('MDMOptions') ?? { ActivationLockAllowedWhileSupervised: false },
  };
}

function mobileValues({ blueprint, state, now }: CommandContext): PlistDict {
  const { sim } = blueprint;
  return {
    BatteryLevel: new Real(batteryLevel(blueprint.serialNumber, now)),
    IsMDMLostModeEnabled: state.lostMode !== undefined,
    IsCloudBackupEnabled: !blueprint.supervised,
    IsDoNotDisturbInEffect: false,
    PersonalHotspotEnabled: false,
    IsNetworkTethered: false,
    CellularTechnology: sim === undefined ? 0 : 1,
    ...(sim === undefined ? {} : simValues(blueprint, state.dataRoaming)),
  };
}

function simValues({ sim, platform }: CommandContext['blueprint'], dataRoaming: boolean): PlistDict {
  if (sim === undefined) return {};
  const phone = platform === 'iOS';
  return {
    IMEI: sim.imei,
    MEID: sim.meid,
    ModemFirmwareVersion: '2.53.01',
    ICCID: sim.iccid,
    CurrentCarrierNetwork: sim.carrier,
    SubscriberCarrierNetwork: sim.carrier,
    SIMCarrierNetwork: sim.carrier,
    CarrierSettingsVersion: '58.0',
    SubscriberMCC: '440',
    SubscriberMNC: '10',
    CurrentMCC: '440',
    CurrentMNC: '10',
    IsRoaming: false,
    DataRoamingEnabled: dataRoaming,
    VoiceRoamingEnabled: true,
    ...(phone ? { PhoneNumber: sim.phoneNumber } : {}),
    ServiceSubscriptions: [
      {
        Slot: 'CTSubscriptionSlotOne',
        Label: 'Primary',
        LabelID: '00000000-0000-4000-A000-000000000001',
        IMEI: sim.imei,
        MEID: sim.meid,
        ICCID: sim.iccid,
        CurrentCarrierNetwork: sim.carrier,
        CarrierSettingsVersion: '58.0',
        CurrentMCC: '440',
        CurrentMNC: '10',
        IsDataPreferred: true,
        IsVoicePreferred: phone,
        IsRoaming: false,
        ...(phone ? { PhoneNumber: sim.phoneNumber } : {}),
      },
    ],
  };
}

function macValues({ blueprint, state, now }: CommandContext): PlistDict {
  const portable = blueprint.hardware.modelName.startsWith('MacBook');
  const silicon = blueprint.kind === 'Mac';
  return {
    HostName: state.hostName,
    LocalHostName: state.hostName.replace(/\.local$/, ''),
    IsAppleSilicon: silicon,
    HasBattery: portable,
    ...(portable ? { BatteryLevel: new Real(batteryLevel(blueprint.serialNumber, now)) } : {}),
    ProvisioningUDID: blueprint.udid,
    SystemIntegrityProtectionEnabled: true,
    SupportsLOMDevice: false,
    SupportsiOSAppInstalls: silicon,
    PINRequiredForDeviceLock: true,
    PINRequiredForEraseDevice: !blueprint.canEraseContents,
    EACSPreflight: blueprint.canEraseContents ? 'success' : 'not supported',
    OSUpdateSettings: {
      AutoCheckEnabled: true,
      AutomaticAppInstallationEnabled: true,
      BackgroundDownloadEnabled: true,
    },
    ActiveManagedUsers: [],
    AutoSetupAdminAccounts: [],
  };
}

/** Empties over the day and is charged at night, each device a little later than the next. */
function batteryLevel(serialNumber: string, now: Temporal.Instant): number {
  const late = (serialNumber.charCodeAt(0) + serialNumber.charCodeAt(1)) % 7;
  const hour = (now.toZonedDateTimeISO('Asia/Tokyo').hour + 24 - late) % 24;
  return Math.round((hour < 8 ? 1 : Math.max(0.06, 1 - (hour - 8) * 0.06)) * 100) / 100;
}

function freeGigabytes({ freeGigabytes: free }: CommandContext['blueprint'], now: Temporal.Instant): number {
  const day = Math.floor(now.epochMilliseconds / 86_400_000) % 10;
  return Math.max(0.5, Math.round((free - day * 0.1) * 100) / 100);
}
