import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

/** Says in passing what was done; nothing that a person must read. */
export function notify(message: string, color: 'teal' | 'orange' = 'teal'): void {
  notifications.show({ message, color, closeButtonProps: { 'aria-label': i18next.t('common.close') } });
}
