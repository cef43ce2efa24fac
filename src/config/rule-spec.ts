import type { WhereTemplate } from '../text/where.ts';

/** What an event of the application does to the cache. All texts are templates over the event's data. */
export interface RuleSpec {
  /** The event's name, as `cachectl invalidate` takes it. */
  readonly name: string;
  readonly description?: string;
  /** Logical keys, and patterns where the text outside of placeholders has glob characters. */
  readonly clear: readonly string[];
  readonly tags: readonly string[];
  /** Names of namespaces. */
  readonly bump: readonly string[];
  readonly http: readonly HttpActionSpec[];
  readonly rewarm: readonly RewarmSpec[];
  /** What a failed action means for those that follow. */
  readonly onFailure: 'continue' | 'stop';
}

/** One request to what stands in front of the application. */
export interface HttpActionSpec {
  /** Any token (RFC 9110, 9.1): `PURGE`, `BAN`, `POST`. */
  readonly method: string;
  /** Absolute; values are percent-encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Values are filled in as the inside of a JSON string where the body's content type is JSON. */
  readonly body?: string;
  /** The statuses that mean success; 200 to 299 where it is left out. */
  readonly status?: readonly number[];
  readonly timeoutMs?: number;
}

/** Targets to warm again. */
export interface RewarmSpec {
  /** `all` is every scope. */
  readonly scope: string;
  /** Only targets whose variables meet it. */
  readonly where?: WhereTemplate;
}
