import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

export interface MenuItem {
  label: string;
  icon?: ComponentChildren;
  run?: () => void;
  href?: string; // a link instead; with `download`, a file
  download?: boolean;
  chosen?: boolean; // one of several of which one is chosen; is it?
}

interface Props {
  label: string; // the button's accessible name
  button: ComponentChildren;
  className?: string;
  heading?: ComponentChildren;
  items: MenuItem[];
}

/** A button with a menu, as the ARIA practices have it: arrows move, Esc closes, focus returns. */
export function Menu({ label, button, className = '', heading, items }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  const entries = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];

  useEffect(() => {
    if (!open) return;
    entries()[0]?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);

  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) opener.current?.focus();
  };

  const onKey = (event: KeyboardEvent) => {
    if (!open) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        event.stopPropagation();
        setOpen(true);
      }
      return;
    }
    const all = entries();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    event.stopPropagation();
    if (to !== undefined) {
      event.preventDefault();
      all[(to + all.length) % all.length]?.focus();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close(true);
    } else if (event.key === 'Tab') {
      close(false);
    }
  };

  const choose = (item: MenuItem) => {
    close(true);
    item.run?.();
  };

  return (
    <div class="menu-root" ref={root} onKeyDown={onKey}>
      <button
        ref={opener}
        type="button"
        class={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class="menu">
          {heading}
          <div role="menu" id={id} aria-label={label}>
            {items.map((item) =>
              item.href ? (
                <a role="menuitem" tabIndex={-1} href={item.href} download={item.download} onClick={() => close(true)}>
                  {item.icon}
                  {item.label}
                </a>
              ) : (
                <button role={item.chosen === undefined ? 'menuitem' : 'menuitemradio'} aria-checked={item.chosen} tabIndex={-1} type="button" onClick={() => choose(item)}>
                  {item.icon}
                  {item.label}
                </button>
              ),
            )}
          </div>
        </div>
      )}
    </div>
  );
}
