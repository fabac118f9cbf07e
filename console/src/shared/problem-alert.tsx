import { Alert, Text } from '@mantine/core';
import { Clause } from './because.tsx';
import { useProblemText } from './codes.ts';

/** The failure of a form, above its buttons. */
export function ProblemAlert({ error }: { error: Error | null }) {
  const problemText = useProblemText();
  if (error === null) return null;
  const { title, detail, clause } = problemText(error);
  return (
    <Alert role="alert" color="red" title={title}>
      <Text size="sm" style={{ whiteSpace: 'pre-line' }}>
        {detail}
      </Text>
      {clause === undefined ? null : <Clause clause={clause} />}
    </Alert>
  );
}
