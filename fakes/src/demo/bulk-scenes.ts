import type { Desk } from './desk.ts';

/**
 * Bulk actions: one over the whole fleet, which goes on for as long as some devices are away, and one over the PCs at the
 * counters and in the warehouse, which leaves out those that are not the company's.
 */
export async function playBulk(desk: Desk): Promise<void> {
  const { helpdesk } = desk;
  const batches = `${desk.base}/action-batches`;
  await desk.attempt('一斉更新', () => helpdesk.browser.post(batches, { type: 'refresh', selection: { filter: {} } }));
  const deviceIds = desk.company.pcs
    .filter(({ story }) => story.role === undefined && story.edition !== undefined && !story.escrows)
    .flatMap(({ story }) => desk.idOf(story.name) ?? []);
  await desk.attempt('一斉再起動', () => helpdesk.browser.post(batches, { type: 'restart', selection: { deviceIds } }));
}
