import {
  IconAntennaBars5,
  IconBell,
  IconCode,
  IconEraser,
  IconKeyOff,
  IconLock,
  IconLockOpen,
  IconMapPin,
  IconPencil,
  IconPower,
  IconRefresh,
  IconRotateClockwise,
  IconTrash,
} from '@tabler/icons-react';
import type { ActionType } from '@tsukasa/api';

export const ACTION_ICONS = {
  refresh: IconRefresh,
  lock: IconLock,
  clear_passcode: IconKeyOff,
  restart: IconRotateClockwise,
  shut_down: IconPower,
  erase: IconEraser,
  lost_mode_on: IconAntennaBars5,
  lost_mode_off: IconLockOpen,
  locate: IconMapPin,
  play_sound: IconBell,
  rename: IconPencil,
  remove_management: IconTrash,
  raw: IconCode,
} as const satisfies Record<ActionType, typeof IconLock>;
