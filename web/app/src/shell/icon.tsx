import sheet from './icons.svg?url';

/** A picture from the sheet; what it means is said in words beside it. */
export function Icon({ name, className = '' }: { name: string; className?: string }) {
  return (
    <svg class={`icon ${className}`} aria-hidden="true" focusable="false">
      <use href={`${sheet}#${name}`} />
    </svg>
  );
}
