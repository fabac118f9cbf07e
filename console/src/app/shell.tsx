import { ActionIcon, AppShell, Badge, Box, Burger, Group, Menu, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconActivity,
  IconAdjustments,
  IconBook2,
  IconBrandAndroid,
  IconBuilding,
  IconCalendarCheck,
  IconCertificate,
  IconChartBar,
  IconDeviceMobile,
  IconFileDescription,
  IconGauge,
  IconHandStop,
  IconHistory,
  IconInbox,
  IconKey,
  IconLogout,
  IconPackage,
  IconPlayerPlay,
  IconQrcode,
  IconReceipt,
  IconReceiptTax,
  IconScale,
  IconSettings,
  IconShieldLock,
  IconStack2,
  IconUserCheck,
  IconUserCircle,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useRouter } from '@tanstack/react-router';
import type { Permission } from '@tsukasa/api';
import { Fragment, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { usePending } from '../features/bulk/use-pending.ts';
import { rowsOf } from '../shared/list.tsx';
import { signOut } from './better-auth.ts';
import { Brand } from './brand.tsx';
import { ContractorSwitcher } from './contractor-switcher.tsx';
import { Preferences } from './preferences.tsx';
import { Reauthentication } from './reauthentication.tsx';
import { useCan, useCurrentContractor, useSession } from './session.ts';

const FLEET = [
  { to: '/c/$contractorId', key: 'dashboard', icon: IconGauge, needs: 'contractor.read', exact: true },
  { to: '/c/$contractorId/devices', key: 'devices', icon: IconDeviceMobile, needs: 'devices.read' },
  { to: '/c/$contractorId/actions', key: 'actions', icon: IconPlayerPlay, needs: 'actions.read' },
  { to: '/c/$contractorId/bulk-actions', key: 'bulkActions', icon: IconStack2, needs: 'actions.read' },
  { to: '/c/$contractorId/pending', key: 'pending', icon: IconUserCheck, needs: 'actions.read' },
  { to: '/c/$contractorId/enrollment', key: 'enrollment', icon: IconQrcode, needs: 'enrollment.read' },
  { to: '/c/$contractorId/persons', key: 'persons', icon: IconUsers, needs: 'directory.read' },
  { to: '/c/$contractorId/events', key: 'events', icon: IconActivity, needs: 'events.read' },
] as const satisfies readonly NavItem[];
const ADMINISTRATION = [
  { to: '/c/$contractorId/members', key: 'members', icon: IconUsersGroup, needs: 'members.read' },
  { to: '/c/$contractorId/api-tokens', key: 'apiTokens', icon: IconKey, needs: 'tokens.read' },
  {
    to: '/c/$contractorId/push-certificate',
    key: 'pushCertificate',
    icon: IconCertificate,
    needs: 'push_certificate.read',
  },
  { to: '/c/$contractorId/android', key: 'android', icon: IconBrandAndroid, needs: 'platforms.read' },
  { to: '/c/$contractorId/audit', key: 'audit', icon: IconHistory, needs: 'audit.read' },
  { to: '/c/$contractorId/settings', key: 'settings', icon: IconSettings, needs: 'contractor.read' },
] as const satisfies readonly NavItem[];
const CONTRACT = [
  { to: '/c/$contractorId/contract', key: 'contract', icon: IconFileDescription, needs: 'contracts.read' },
  { to: '/c/$contractorId/invoices', key: 'invoices', icon: IconReceipt, needs: 'invoices.read' },
] as const satisfies readonly NavItem[];
const PROVIDER_CONTRACTS = [
  { to: '/provider', key: 'contractors', icon: IconBuilding, needs: 'provider.read', exact: true },
  { to: '/provider/contracts', key: 'book', icon: IconBook2, needs: 'provider.contracts.read' },
  { to: '/provider/applications', key: 'applications', icon: IconInbox, needs: 'provider.contracts.read' },
  { to: '/provider/catalogue', key: 'catalogue', icon: IconPackage, needs: 'provider.contracts.read' },
  { to: '/provider/terms', key: 'terms', icon: IconScale, needs: 'provider.contracts.read' },
] as const satisfies readonly NavItem[];
const PROVIDER_BILLING = [
  { to: '/provider/closings', key: 'closings', icon: IconCalendarCheck, needs: 'provider.billing.read' },
  { to: '/provider/invoices', key: 'invoices', icon: IconReceipt, needs: 'provider.billing.read' },
  { to: '/provider/adjustments', key: 'adjustments', icon: IconAdjustments, needs: 'provider.billing.read' },
  { to: '/provider/forecast', key: 'forecast', icon: IconChartBar, needs: 'provider.billing.read' },
  { to: '/provider/billing-settings', key: 'billingSettings', icon: IconReceiptTax, needs: 'provider.billing.read' },
] as const satisfies readonly NavItem[];
const PROVIDER_ADMINISTRATION = [
  { to: '/provider/staff', key: 'staff', icon: IconShieldLock, needs: 'provider.staff.manage' },
  { to: '/provider/api-tokens', key: 'apiTokens', icon: IconKey, needs: 'provider.staff.manage' },
  { to: '/provider/android', key: 'providerAndroid', icon: IconBrandAndroid, needs: 'provider.read' },
  { to: '/provider/safety', key: 'safety', icon: IconHandStop, needs: 'provider.read' },
  { to: '/provider/audit', key: 'audit', icon: IconHistory, needs: 'provider.audit.read' },
] as const satisfies readonly NavItem[];
type NavItem = {
  readonly to: string;
  readonly key: string;
  readonly icon: typeof IconGauge;
  readonly needs: Permission;
  readonly exact?: boolean;
};
/** Items of the navigation in their groups; a group of which nothing may be seen does not stand there. */
const CONTRACTOR_GROUPS = [
  { key: 'groupFleet', items: FLEET },
  { key: 'groupContracts', items: CONTRACT },
  { key: 'groupAdministration', items: ADMINISTRATION },
] as const;
const PROVIDER_GROUPS = [
  { key: 'groupContracts', items: PROVIDER_CONTRACTS },
  { key: 'groupBilling', items: PROVIDER_BILLING },
  { key: 'groupAdministration', items: PROVIDER_ADMINISTRATION },
] as const;
type Item = (typeof CONTRACTOR_GROUPS | typeof PROVIDER_GROUPS)[number]['items'][number];

/** Header, navigation and the page. Focus moves to the page when the route changes, so that screen readers follow. */
export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure(false);
  const router = useRouter();
  const main = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      router.subscribe('onResolved', ({ pathChanged }) => {
        if (!pathChanged) return;
        close();
        main.current?.focus({ preventScroll: true });
      }),
    [router, close],
  );
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', md: 'lg' }}
    >
      <a href="#main" className="skip">
        {t('app.skip')}
      </a>
      <AppShell.Header px="sm">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={t('app.menu')} />
            <Box visibleFrom="md">
              <Brand />
            </Box>
            <ContractorSwitcher />
          </Group>
          <Group gap={4} wrap="nowrap">
            <Preferences />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('app.mainNavigation')} style={{ overflowY: 'auto' }}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} ref={main} style={{ outline: 'none' }}>
        <Box maw={1440} mx="auto">
          <Outlet />
        </Box>
      </AppShell.Main>
      <Reauthentication />
    </AppShell>
  );
}

function Navigation() {
  const { t } = useTranslation();
  const contractorId = useCurrentContractor();
  const session = useSession();
  const can = useCan(contractorId);
  if (contractorId === undefined && session.providerRole === null) return null;
  const groups = contractorId === undefined ? PROVIDER_GROUPS : CONTRACTOR_GROUPS;
  return (
    <Stack gap={2}>
      {groups.map(({ key, items }) => {
        const shown = items.filter((item) => can(item.needs));
        return shown.length === 0 ? null : (
          <Fragment key={key}>
            <NavHeading text={t(`nav.${key}`)} />
            {shown.map((item) => (
              <NavItemLink key={item.to} item={item} contractorId={contractorId} />
            ))}
          </Fragment>
        );
      })}
    </Stack>
  );
}

function NavItemLink({ item, contractorId }: { item: Item; contractorId: string | undefined }) {
  const { t } = useTranslation();
  return (
    <NavLink
      className="nav-link"
      label={t(`nav.${item.key}`)}
      leftSection={<item.icon size={18} stroke={1.7} aria-hidden />}
      rightSection={
        item.key === 'pending' && contractorId !== undefined ? <PendingCount contractorId={contractorId} /> : undefined
      }
      renderRoot={(props) => (
        <Link
          {...props}
          to={item.to}
          {...(contractorId === undefined ? {} : { params: { contractorId } })}
          activeOptions={{ exact: 'exact' in item, includeSearch: false }}
        />
      )}
    />
  );
}

/** How many wait for a second person, where the reader goes to see them. */
function PendingCount({ contractorId }: { contractorId: string }) {
  const { t } = useTranslation();
  const pages = usePending(contractorId, true);
  const first = pages.data?.pages[0];
  const count = first?.total ?? rowsOf(pages).length;
  if (count === 0) return null;
  const more = first?.total === undefined && pages.hasNextPage;
  return (
    <Badge size="sm" circle={count < 10} color="red.9" aria-label={t('decision.count', { count })}>
      {more ? `${count}+` : count}
    </Badge>
  );
}

function NavHeading({ text }: { text: string }) {
  return (
    <Text size="xs" fw={600} c="dimmed" px="sm" pt="sm" pb={4}>
      {text}
    </Text>
  );
}

function AccountMenu() {
  const { t } = useTranslation();
  const { principal } = useSession();
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await signOut().catch(() => undefined);
    client.clear();
    await router.navigate({ to: '/sign-in' });
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('app.accountOf', { name: principal.name })}>
          <IconUserCircle size={22} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Box px="sm" py={6}>
          <Text size="sm" fw={600}>
            {principal.name}
          </Text>
          <Text size="xs" c="dimmed">
            {principal.email}
          </Text>
        </Box>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconShieldLock size={16} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/account" />}
        >
          {t('app.account')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void leave()}>
          {t('app.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
