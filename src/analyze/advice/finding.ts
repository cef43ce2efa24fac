/** Something that should be changed, with what proves it and what changes it. */
export interface Finding {
  /** Stable, for scripts: `ttl.missing`. */
  readonly code: string;
  readonly severity: 'warning' | 'notice';
  /** What is wrong, in one sentence. */
  readonly title: string;
  /** The figures behind it, each a sentence. */
  readonly evidence: readonly string[];
  /** Command lines, or lines of a configuration; each can be pasted. */
  readonly mend: readonly string[];
  /** The keys it is about, as people read them. */
  readonly subject?: string;
}
