import { List } from '@mantine/core';
import type { Note } from '@tsukasa/api';
import { useNoteText } from './codes.ts';

/** Notes of the server, worded, in their order. */
export function Notes({ notes }: { notes: readonly Note[] }) {
  const text = useNoteText();
  return (
    <List size="sm" spacing={4}>
      {notes.map((note, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: notes have no identity and never move
        <List.Item key={i}>{text(note)}</List.Item>
      ))}
    </List>
  );
}
