import type { Context } from '../cli/context.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import { namesSource, type Selection } from './selection.ts';

/** Where nothing was found, the usual reasons: a pattern given as a key, another's tag, a prefix nobody thought of. */
export function hintAtNothing(selection: Selection, context: Context): void {
  const { layout, messages } = context;
  hintAtFrameworkTags(selection, context);
  const key = selection.keys.map(printableKey).find(looksLikePattern);
  if (key !== undefined)
    messages.note(`"${key}" was taken as an exact key; for a pattern say --pattern "${key}"`);
  // Addresses and tags have no prefix of their own that anybody could have left out or doubled.
  const hasOther = selection.addresses.length > 0 || selection.tags.length > 0;
  const isPrefixed = !hasOther || namesSource({ ...selection, addresses: [], tags: [] });
  if (layout.prefix.length > 0 && isPrefixed) {
    messages.note(
      `nothing found; the ${layout.type} layout puts ${printableKey(layout.prefix)} in front of keys and patterns`,
    );
  }
}

/** Laravel and Symfony have tags of their own, which these are not. */
function hintAtFrameworkTags({ tags }: Selection, { layout, messages }: Context): void {
  const [tag] = tags;
  if (tag === undefined || (layout.type !== 'laravel' && layout.type !== 'symfony')) return;
  const name = layout.type === 'laravel' ? 'Laravel' : 'Symfony';
  messages.note(
    `--tag means cachectl's own tags; for a tag of ${name} say --${layout.type}-tag ${printableKey(tag)}`,
  );
}
