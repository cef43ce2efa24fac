import type { CachectlError } from '../cli/errors.ts';
import { redactUrl } from '../config/redact.ts';
import { keyJson, type KeyJson } from '../keys/printable.ts';
import { RefusedAnswer, type Filled } from './result.ts';
import type { Target } from './target.ts';

/** What became of one target, as `--targets` and ndjson have it. */
export type TargetRecord = KeyJson & {
  readonly scope: string;
  readonly url: string;
  readonly result: Filled['kind'] | 'verified' | 'refused' | 'failed';
  /** Of the value that was written. */
  readonly bytes?: number;
  /** How long the origin took. */
  readonly request_ms?: number;
  readonly ttl_seconds?: number;
  readonly code?: string;
  readonly message?: string;
};

type Named = Pick<Target, 'scope' | 'key' | 'url'>;

function place({ scope, key, url }: Named): KeyJson & Pick<TargetRecord, 'scope' | 'url'> {
  return { scope, ...keyJson(Buffer.from(key, 'utf8')), url: redactUrl(url) };
}

/** The record of a target that is warm. */
export function filledRecord(target: Named, filled: Filled): TargetRecord {
  const base = place(target);
  switch (filled.kind) {
    case 'fresh':
      return { ...base, result: 'fresh' };
    case 'touched':
      return {
        ...base,
        result: filled.proof === 'verified' ? 'verified' : 'touched',
        request_ms: round(filled.requestMs),
      };
    case 'stored':
    case 'revalidated':
      return {
        ...base,
        result: filled.kind,
        ...(filled.kind === 'stored' && { bytes: filled.bytes }),
        request_ms: round(filled.requestMs),
        ttl_seconds: filled.ttlMs / 1_000,
      };
  }
}

/** The record of a target that is not. */
export function failedRecord(target: Named, error: CachectlError): TargetRecord {
  const result = error instanceof RefusedAnswer ? 'refused' : 'failed';
  return { ...place(target), result, code: error.code, message: error.message };
}

function round(ms: number): number {
  return Number(ms.toFixed(2));
}
