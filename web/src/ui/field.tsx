/** Form fields: label, control, hint and problem, wired for readers. */
import { useId } from 'react';
import type { ReactNode } from 'react';
import styles from './field.module.css';

export interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  problem?: string | undefined;
  placeholder?: string;
  kind?: 'text' | 'number' | 'date' | 'area' | 'search';
  /** `/` moves the focus here. */
  search?: boolean;
  required?: boolean;
  hideLabel?: boolean;
}

export function Field({ label, value, onChange, hint, problem, placeholder, kind = 'text', search = false, required = false, hideLabel = false }: FieldProps) {
  const id = useId();
  const shared = {
    id, value, placeholder, required,
    className: styles.control,
    'aria-invalid': problem !== undefined,
    'aria-describedby': hint !== undefined || problem !== undefined ? `${id}-about` : undefined,
    'data-search': search ? '' : undefined,
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'unseen' : styles.label}>
        {label}
      </label>
      {kind === 'area' ? <textarea rows={3} {...shared} /> : <input type={kind} {...shared} />}
      {problem !== undefined || hint !== undefined ? (
        <p id={`${id}-about`} className={problem === undefined ? styles.hint : styles.problem}>
          {problem ?? hint}
        </p>
      ) : null}
    </div>
  );
}

export function Choice({ label, value, options, onChange, hideLabel = false }: { label: string; value: string; options: [string, string][]; onChange: (value: string) => void; hideLabel?: boolean }) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? 'unseen' : styles.label}>
        {label}
      </label>
      <select id={id} className={styles.control} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
    </div>
  );
}

/** `note`: how many the filter leaves. */
export function FilterBar({ children, note }: { children: ReactNode; note?: string | undefined }) {
  return (
    <div className={styles.filters} role="search">
      <div className={styles.bar}>{children}</div>
      <span className={styles.left} role="status">
        {note}
      </span>
    </div>
  );
}

export function Check({ label, checked, onChange, hint }: { label: string; checked: boolean; onChange: (checked: boolean) => void; hint?: string }) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} aria-describedby={hint === undefined ? undefined : `${id}-about`} />
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {hint === undefined ? null : (
        <p id={`${id}-about`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
