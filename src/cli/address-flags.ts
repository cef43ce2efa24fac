import type { LayoutSpec } from '../config/layout.ts';
import { inGroup, type FlagSpec } from './command.ts';
import type { Input } from './input.ts';

/** Keys as their framework names them: flags of every command that selects keys. */
export const ADDRESS_FLAGS: readonly FlagSpec[] = inGroup('Keys as frameworks name them', [
  {
    name: 'django-view',
    value: 'URL',
    repeatable: true,
    summary: 'the pages that cache_page stored for this URL, as visitors request it',
  },
  {
    name: 'method',
    value: 'METHOD',
    repeatable: true,
    summary: 'of --django-view: only answers to this method',
  },
  {
    name: 'header',
    value: "'NAME: VALUE'",
    repeatable: true,
    summary:
      'of --django-view: only the answer to a request with exactly these headers, among those the page varies by',
  },
  { name: 'django-fragment', value: 'NAME', summary: 'a template fragment, with its --vary arguments' },
  {
    name: 'vary',
    value: 'ARG',
    repeatable: true,
    summary: 'of --django-fragment: the arguments after the name of the fragment, in their order',
  },
  { name: 'django-session', value: 'ID', repeatable: true, summary: 'a session kept in the cache' },
  {
    name: 'rails-key',
    value: 'JSON',
    repeatable: true,
    summary: 'a composite key as given to Rails.cache: \'["user", 1, {"a": 1}]\'',
  },
  {
    name: 'laravel-tag',
    value: 'TAG',
    repeatable: true,
    summary: 'the items with this tag, and its list of them',
  },
  { name: 'spring-cache', value: 'NAME', repeatable: true, summary: 'all entries of this cache' },
  {
    name: 'symfony-tag',
    value: 'TAG',
    repeatable: true,
    summary: 'the items with this tag, and its set of them',
  },
  { name: 'wordpress-group', value: 'GROUP', repeatable: true, summary: 'all entries of this group' },
]);

/** The flag that each framework's addresses are given by, where there is one on the line. */
export function addressFrameworks(input: Input): readonly (readonly [LayoutSpec['type'], flag: string])[] {
  const frameworks = ['django', 'rails', 'laravel', 'spring', 'symfony', 'wordpress'] as const;
  return frameworks.flatMap((framework) =>
    ADDRESS_FLAGS.filter(({ name }) => name.startsWith(`${framework}-`) && input.has(name)).map(
      ({ name }) => [framework, name] as const,
    ),
  );
}
