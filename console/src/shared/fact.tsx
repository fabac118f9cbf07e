import type { ReactNode } from 'react';

/** One fact of a list of facts (`dl.facts`): its name, and what is known. */
export function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
