import { useEffect } from 'react';

/**
 * Where the keyboard stands in a dialog that is mounted only while it is open: in its first field at first, and where it
 * was before when the dialog is gone. Answers the `ref` of what the dialog holds.
 */
export function useDialogFocus(): (content: HTMLElement | null) => void {
  useEffect(() => {
    const before = document.activeElement;
    return () => {
      // After the dialog is out of the page, which would take the focus with it.
      setTimeout(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      });
    };
  }, []);
  return markFirstField;
}

/** The trap that holds the focus in a dialog begins at `data-autofocus`. */
function markFirstField(content: HTMLElement | null): void {
  if (content === null || content.querySelector('[data-autofocus]') !== null) return;
  content.querySelector('input:not([type="hidden"]), textarea')?.setAttribute('data-autofocus', '');
}
