/** Printed columns that several kinds share. */
import type { Column } from './definition.ts';

export function column(name: string, path: string, description: string, options: Partial<Pick<Column, 'type' | 'priority'>> = {}): Column {
  return { name, path, description, type: options.type ?? 'string', priority: options.priority ?? 0 };
}

export const AGE: Column = column('Age', '.metadata.creationTimestamp', 'Time since its creation.', { type: 'date' });
