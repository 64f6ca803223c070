import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon';

interface Props {
  title: string;
  wide?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** Whether a dialog has the keys. Asks the page: what a component knows comes after the dialog's own close event. */
export function dialogOpen(): boolean {
  return document.querySelector('dialog[open]') !== null;
}

/** A modal dialog. The browser keeps the focus inside and gives it back. */
export function Dialog({ title, wide = false, onClose, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const gone = useRef(false);
  const id = useId();

  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement as HTMLElement | null;
    dialog?.showModal();
    return () => {
      gone.current = true; // its own close event comes later: another dialog may be open by then
      if (dialog?.open) dialog.close();
      opener?.focus?.();
    };
  }, []);

  const onClick = (event: MouseEvent) => {
    if (event.target === element.current) onClose();
  };

  return (
    <dialog ref={element} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id} onClose={() => !gone.current && onClose()} onClick={onClick}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" title="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="dialog-body" tabIndex={0}>{children}</div>
      </div>
    </dialog>
  );
}
