import { useTranslation } from 'react-i18next';
import { hasField, isMac, type PlatformField } from '../../shared/platforms.tsx';
import { Status, type Tone } from '../../shared/status.tsx';
import { type DeviceFacts, Observed } from './observed.tsx';
import { Facts } from './overview.tsx';

type BooleanField = { [K in keyof DeviceFacts]: DeviceFacts[K] extends boolean | null ? K : never }[keyof DeviceFacts];

/** What protects the device, as far as its platform has it. */
export function Security({ device }: { device: DeviceFacts }) {
  const { t } = useTranslation();
  const flag = (field: BooleanField, yes: string, no: string, tones: [Tone, Tone]) => (
    <Observed device={device} field={field} label={t(`fields.${field}`)}>
      <Status tone={device[field] === true ? tones[0] : tones[1]}>{device[field] === true ? yes : no}</Status>
    </Observed>
  );
  const own = (field: BooleanField & PlatformField, yes: string, no: string, tones: [Tone, Tone]) =>
    hasField(device, field) ? flag(field, yes, no, tones) : null;
  const mac = isMac(device);
  const [yes, no, on, off] = [t('common.yes'), t('common.no'), t('device.on'), t('device.off')];
  return (
    <Facts title={t('device.security')}>
      {own('supervised', t('device.supervised'), t('device.notSupervised'), ['good', 'quiet'])}
      {own('policyCompliant', yes, no, ['good', 'warning'])}
      {own('passcodePresent', t('device.present'), t('device.absent'), ['good', 'warning'])}
      {mac ? null : own('passcodeCompliant', yes, no, ['good', 'warning'])}
      {flag('encrypted', t('device.encrypted'), t('device.notEncrypted'), ['good', 'warning'])}
      {own('antivirusActive', on, off, ['good', 'warning'])}
      {own('antivirusCurrent', yes, no, ['good', 'warning'])}
      {own('secureBoot', on, off, ['good', 'warning'])}
      {hasField(device, 'tpmVersion') ? (
        <Observed device={device} field="tpmVersion" label={t('fields.tpmVersion')} />
      ) : null}
      {own('activationLock', on, off, ['active', 'quiet'])}
      {mac ? null : own('lostMode', on, off, ['bad', 'quiet'])}
      {mac
        ? flag('firewallEnabled', on, off, ['good', 'warning'])
        : own('firewallEnabled', on, off, ['good', 'warning'])}
      {mac ? flag('userApproved', yes, no, ['good', 'warning']) : null}
    </Facts>
  );
}
