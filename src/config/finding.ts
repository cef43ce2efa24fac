import type { SourcePath } from './source-tree.ts';

/** Something about one place of the file, before line, column and source line are looked up. */
export interface Finding {
  /** UTF-16 units from the start of the file. */
  readonly offset: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** A finding about a value: `required` is a `${NAME:?}` without a value. */
export interface ValueFinding extends Finding {
  readonly severity: 'error' | 'warning' | 'required';
  readonly path: SourcePath;
}
