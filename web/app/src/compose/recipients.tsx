import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { isAbort, type FieldError } from '../lib/api';
import { formatPerson, isAddress, parsePeople } from '../lib/addresses';
import type { Person } from '../lib/types';
import { Icon } from '../shell/icon';
import { faultyPlaces } from './check';
import { findContacts } from './client';

interface Props {
  label: string;
  field: string;
  people: Person[];
  faults: FieldError[]; // of this field
  disabled: boolean;
  onChange: (people: Person[]) => void;
  children?: ComponentChildren; // behind what is typed
}

/** Contacts for what is typed; the newest question wins. */
function useContacts(typed: string, taken: Person[]): [Person[], () => void] {
  const [found, setFound] = useState<Person[]>([]);
  const prefix = typed.trim();
  useEffect(() => {
    if (!prefix) return setFound([]);
    const controller = new AbortController();
    const ask = async () => {
      try {
        setFound(await findContacts(prefix, controller.signal));
      } catch (error) {
        if (!isAbort(error)) setFound([]); // suggestions are a help, nothing more
      }
    };
    void ask();
    return () => controller.abort();
  }, [prefix]);
  const known = new Set(taken.map((person) => person.address.toLowerCase()));
  return [found.filter((person) => !known.has(person.address.toLowerCase())), () => setFound([])];
}

function Chip({ person, wrong, disabled, onRemove, onEdit, onKey }: { person: Person; wrong: boolean; disabled: boolean; onRemove: () => void; onEdit: () => void; onKey: (event: KeyboardEvent) => void }) {
  const shown = person.name || person.address;
  return (
    <li class={wrong ? 'chip wrong' : 'chip'} title={formatPerson(person)}>
      {wrong && <Icon name="warning" />}
      <span class="chip-name" onDblClick={onEdit}>
        {shown}
        {wrong && <span class="only-heard">, not an address</span>}
      </span>
      <button type="button" tabIndex={-1} disabled={disabled} aria-label={`Remove ${shown}`} onClick={onRemove} onKeyDown={onKey}>
        <Icon name="close" />
      </button>
    </li>
  );
}

/** A field of addresses: each becomes a chip; the arrows reach them from the beginning of what is typed. */
export function Recipients({ label, field, people, faults, disabled, onChange, children }: Props) {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(-1);
  const [contacts, forget] = useContacts(typed, people);
  const input = useRef<HTMLInputElement>(null);
  const chips = useRef<HTMLUListElement>(null);
  const id = useId();
  const open = contacts.length > 0;
  const wrong = faultyPlaces(faults, field);

  const add = (more: Person[]) => {
    const known = new Set(people.map((person) => person.address.toLowerCase()));
    const fresh = more.filter((person) => !known.has(person.address.toLowerCase()));
    if (fresh.length > 0) onChange([...people, ...fresh]);
    setTyped('');
    setActive(-1);
    forget();
  };
  const removeAt = (at: number) => {
    onChange(people.filter((_, i) => i !== at));
    input.current?.focus();
  };
  const editAt = (at: number) => {
    const person = people[at];
    if (!person) return;
    removeAt(at);
    setTyped(formatPerson(person));
  };
  const chipAt = (at: number) => chips.current?.querySelectorAll<HTMLElement>('.chip button')[at]?.focus();

  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const box = event.currentTarget as HTMLInputElement;
    const atStart = box.selectionStart === 0 && box.selectionEnd === 0;
    const chosen = contacts[active];
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const to = active + (event.key === 'ArrowDown' ? 1 : -1);
      setActive(to < -1 ? contacts.length - 1 : to >= contacts.length ? -1 : to);
    } else if (open && event.key === 'Escape') {
      forget();
      setActive(-1);
      event.stopPropagation();
    } else if (chosen && (event.key === 'Enter' || event.key === 'Tab')) {
      add([chosen]);
      if (event.key === 'Tab') return;
    } else if (event.key === 'Enter' || event.key === ';' || (event.key === ',' && !typed.startsWith('"'))) {
      if (typed.trim()) add(parsePeople(typed));
    } else if (event.key === 'Backspace' && !typed && people.length > 0) {
      editAt(people.length - 1);
    } else if (event.key === 'ArrowLeft' && atStart && people.length > 0) {
      chipAt(people.length - 1);
    } else {
      return;
    }
    event.preventDefault();
  };

  const onChipKey = (at: number) => (event: KeyboardEvent) => {
    if (event.key === 'ArrowLeft') chipAt(Math.max(0, at - 1));
    else if (event.key === 'ArrowRight') at + 1 < people.length ? chipAt(at + 1) : input.current?.focus();
    else if (event.key === 'Backspace' || event.key === 'Delete') removeAt(at);
    else return;
    event.preventDefault();
  };

  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text') ?? '';
    const pasted = parsePeople(text);
    if (typed || !(pasted.length > 1 || (pasted[0] && isAddress(pasted[0].address)))) return;
    event.preventDefault();
    add(pasted);
  };

  const option = (at: number) => `${id}-option-${at}`;
  return (
    <div class="compose-field">
      <label for={id}>{label}</label>
      <div class="recipients" onClick={(event) => event.target === event.currentTarget && input.current?.focus()}>
        <ul class="chips" ref={chips} aria-label={`${label}: recipients`}>
          {people.map((person, at) => (
            <Chip
              key={`${person.address} ${at}`}
              person={person}
              wrong={wrong.has(at) || !isAddress(person.address)}
              disabled={disabled}
              onRemove={() => removeAt(at)}
              onEdit={() => editAt(at)}
              onKey={onChipKey(at)}
            />
          ))}
        </ul>
        <input
          id={id}
          ref={input}
          type="text"
          inputMode="email"
          role="combobox"
          name={field}
          value={typed}
          disabled={disabled}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-autocomplete="list"
          aria-expanded={open}
          aria-controls={open ? `${id}-list` : undefined}
          aria-activedescendant={active >= 0 ? option(active) : undefined}
          aria-invalid={faults.length > 0}
          aria-describedby={faults.length > 0 ? `${id}-fault` : undefined}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setActive(-1);
          }}
          onKeyDown={onKey}
          onPaste={onPaste}
          onBlur={() => typed.trim() ? add(parsePeople(typed)) : forget()}
        />
        {children}
        {open && (
          <ul class="contacts" role="listbox" id={`${id}-list`} aria-label={`Contacts for ${label}`}>
            {contacts.map((person, at) => (
              <li
                key={person.address}
                id={option(at)}
                role="option"
                aria-selected={at === active}
                onMouseDown={(event) => {
                  event.preventDefault(); // the field keeps the keyboard
                  add([person]);
                }}
              >
                {person.name && <span>{person.name}</span>} <span class="muted">{person.address}</span>
              </li>
            ))}
          </ul>
        )}
        {faults.length > 0 && (
          <p class="fault" id={`${id}-fault`} role="alert">
            {[...new Set(faults.map((fault) => fault.detail))].join(' ')}
          </p>
        )}
      </div>
    </div>
  );
}
