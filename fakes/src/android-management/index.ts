export type { PlayApplication } from './catalogue.ts';
export type { SignupAnswers } from './client.ts';
export { AndroidEnrollmentFailed, AndroidManagementControl } from './client.ts';
export type {
  ApiFailure,
  DeliverySwitches,
  DeviceChange,
  EnrollChoice,
  NotificationView,
  ProjectLimits,
  SimulatedDevice,
  SubscriptionOrder,
} from './control-types.ts';
export type { JournalEntry } from './journal.ts';
export { openAndroidLink } from './open-link.ts';
export type { Enlisted, Shown } from './recruit.ts';
export { applyFlaw, enlist } from './recruit.ts';
export type { AndroidManagementOptions, ServiceAccountKey } from './server.ts';
export { FakeAndroidManagement } from './server.ts';
