import type { Approval, Hold } from '@tsukasa/api';

type Decided = { readonly approval: Approval | null; readonly hold: Hold | null };

/** Who must agree to it, or has; what held it. */
export function decisionLines({ approval, hold }: Decided): string[] {
  const lines: string[] = [];
  if (approval !== null) {
    const who = approval.decidedBy === null ? '' : ` by ${approval.decidedBy.name}`;
    const why = approval.whyNot === null ? '' : ` (${approval.whyNot.code})`;
    lines.push(`  approval ${approval.state}${who}${why}`);
  }
  if (hold !== null) {
    const released = hold.releasedBy === null ? '' : `, released by ${hold.releasedBy.name}`;
    lines.push(`  held: ${holdWords(hold)}${released}`);
  }
  return lines;
}

export const holdWords = ({ scope, limit, inLastHour, wanted }: Hold) =>
  `${inLastHour} in the last hour and ${wanted} more exceed ${limit} of the ${scope}`;

export const waitsFor = ({ approval, hold }: Decided) =>
  approval?.state === 'awaited' ? 'approval' : hold === null ? '' : `release (${hold.scope})`;
