import { Anchor } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';

type Props = { readonly text: string; readonly children: (props: object) => ReactNode };

/** Leads from a page to the list that it belongs to; `children` draws the link. */
export function BackLink({ text, children }: Props) {
  return (
    <Anchor size="sm" display="inline-flex" mb={4} style={{ alignItems: 'center', gap: 4 }} renderRoot={children}>
      <IconArrowLeft size={14} aria-hidden />
      {text}
    </Anchor>
  );
}
