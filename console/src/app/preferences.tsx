import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../shared/format.ts';
import { changeLanguage } from './i18n.ts';
import { LANGUAGES } from './language.ts';

const NAMES = { ja: '日本語', en: 'English' } as const;
const SCHEMES = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop } as const;

/** Language and colour scheme: on every page, also before signing in. */
export function Preferences() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const SchemeIcon = SCHEMES[colorScheme];
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('app.language')}>
            <IconLanguage size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {LANGUAGES.map((one) => (
            <Menu.Item
              key={one}
              lang={one}
              onClick={() => void changeLanguage(one)}
              rightSection={one === language ? <IconCheck size={14} aria-hidden /> : null}
            >
              {NAMES[one]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('app.colorScheme')}>
            <SchemeIcon size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {(['light', 'dark', 'auto'] as const).map((scheme) => {
            const Icon = SCHEMES[scheme];
            return (
              <Menu.Item
                key={scheme}
                leftSection={<Icon size={16} aria-hidden />}
                onClick={() => setColorScheme(scheme)}
                rightSection={scheme === colorScheme ? <IconCheck size={14} aria-hidden /> : null}
              >
                {t(`app.${scheme}`)}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
