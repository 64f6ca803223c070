import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { useId } from 'preact/hooks';
import { Problem, type FieldError } from '../lib/api';

/** What is wrong with one member of what was sent. */
export function faultOf(error: unknown, pointer: string): string | null {
  if (!(error instanceof Problem)) return null;
  return error.errors.find((one: FieldError) => one.pointer === pointer)?.detail ?? null;
}

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'size'> {
  label: string;
  hint?: ComponentChildren;
  fault?: string | null;
}

/** A labelled field; below it what helps to fill it in, or what is wrong with it. */
export function Field({ label, hint, fault = null, ...input }: Props) {
  const id = useId();
  const note = fault || hint ? `${id}-note` : undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} aria-invalid={fault !== null} aria-describedby={note} autocapitalize="none" spellcheck={false} {...input} />
      {fault ? (
        <p class="fault" id={note}>
          {fault}
        </p>
      ) : (
        hint && (
          <p class="hint" id={note}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** Puts the keyboard where the first mistake is, once it is shown. */
export function focusFault(form: HTMLElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
}
