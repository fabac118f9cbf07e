import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

/** A search box whose value lives in the URL: typing is reported after a pause, and not while an IME composes. */
export function SearchInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  const composing = useRef(false);
  const reported = useRef(value);
  const report = useDebouncedCallback((next: string) => {
    if (composing.current) return;
    reported.current = next;
    onChange(next);
  }, 300);
  // Only a change from outside (back button, a link) replaces what stands in the box.
  useEffect(() => {
    if (value !== reported.current) setText(value);
    reported.current = value;
  }, [value]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      leftSection={<IconSearch size={16} aria-hidden />}
      miw="min(18rem, 100%)"
      style={{ flexGrow: 1 }}
      onCompositionStart={() => {
        composing.current = true;
      }}
      onCompositionEnd={(event) => {
        composing.current = false;
        report(event.currentTarget.value);
      }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        report(event.currentTarget.value);
      }}
      rightSection={
        text === '' ? null : (
          <CloseButton
            size="sm"
            aria-label={t('common.remove')}
            onClick={() => {
              setText('');
              reported.current = '';
              onChange('');
            }}
          />
        )
      }
    />
  );
}
