import { md5, netstring } from './page-keys.ts';

/**
 * The logical keys of a template fragment, `{% cache 60 sidebar user.name %}`: one for each hash that a
 * release of Django computes of the vary arguments (`str(argument)` and a colon; from 6.1 a netstring).
 * Source: django.core.cache.utils.make_template_fragment_key.
 */
export function djangoFragmentKeys(name: string, vary: readonly string[]): readonly Buffer[] {
  const values = vary.map((argument) => Buffer.from(argument, 'utf8'));
  const variants = [values.map((value) => Buffer.concat([value, Buffer.from(':')])), values.map(netstring)];
  const hashes = new Set(variants.map((parts) => md5(Buffer.concat(parts))));
  return [...hashes].map((hash) => Buffer.from(`template.cache.${name}.${hash}`, 'utf8'));
}

const SESSION_PREFIXES = ['django.contrib.sessions.cache', 'django.contrib.sessions.cached_db'] as const;

/** The logical keys of a session, by either session engine that uses the cache; there is no separator. */
export function djangoSessionKeys(id: string): readonly Buffer[] {
  return SESSION_PREFIXES.map((prefix) => Buffer.from(prefix + id, 'utf8'));
}
