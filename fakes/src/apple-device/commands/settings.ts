import { isDict, type PlistDict, type Problem } from '@tsukasa/apple-mdm';
import { type Answer, acknowledged, type CommandContext, MDM_ERROR } from '../state.ts';

/** Items are done one by one; one that this device does not have fails alone (fact sheet 3.5). */
export function settings(context: CommandContext, command: PlistDict, problems: readonly Problem[]): Answer {
  const items = Array.isArray(command.Settings) ? command.Settings.filter(isDict) : [];
  const results = items.map((item, index) => {
    const refused = problems.some(({ path }) => path.startsWith(`Settings[${index}]`));
    if (refused) return refusal(item);
    apply(context, item);
    return { Status: 'Acknowledged', ...identifierOf(item) };
  });
  return acknowledged({ Settings: results });
}

function identifierOf({ Identifier: identifier }: PlistDict): PlistDict {
  return typeof identifier === 'string' ? { Identifier: identifier } : {};
}

function refusal(item: PlistDict): PlistDict {
  const description = 'The setting is not available on this device.';
  return {
    Status: 'Error',
    ...identifierOf(item),
    ErrorChain: [
      {
        ErrorDomain: 'MCMDMErrorDomain',
        ErrorCode: MDM_ERROR.invalidRequestType,
        LocalizedDescription: description,
        USEnglishDescription: description,
      },
    ],
  };
}

function apply({ state }: CommandContext, item: PlistDict): void {
  switch (item.Item) {
    case 'DeviceName':
      if (typeof item.DeviceName === 'string') state.name = item.DeviceName;
      return;
    case 'HostName':
      if (typeof item.HostName === 'string') state.hostName = item.HostName;
      return;
    case 'Bluetooth':
      state.bluetooth = item.Enabled === true;
      return;
    case 'DataRoaming':
      state.dataRoaming = item.Enabled === true;
      return;
    case 'TimeZone':
      if (typeof item.TimeZone === 'string') state.timeZone = item.TimeZone;
      return;
    case 'OrganizationInfo':
    case 'MDMOptions':
      if (isDict(item[item.Item])) state.settings.set(item.Item, item[item.Item] as PlistDict);
      else state.settings.delete(item.Item);
      return;
    default:
      if (typeof item.Item === 'string') state.settings.set(item.Item, item);
  }
}
