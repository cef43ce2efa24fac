import type { Context } from '../cli/context.ts';
import { bindSelection, type BoundSelection } from '../selection/bind.ts';
import type { Selection } from '../selection/selection.ts';
import { globFor } from './census.ts';
import type { NamespaceForm } from './form.ts';

/** Some versions of a namespace. */
export interface ChosenVersions {
  readonly form: NamespaceForm;
  readonly versions: ReadonlySet<number>;
}

/**
 * The keys of versions as a selection that can be walked and cleared like any other.
 * @param narrowing what must hold of each key besides
 */
export async function bindVersions(
  chosen: readonly ChosenVersions[],
  narrowing: Selection,
  context: Context,
): Promise<BoundSelection> {
  const bound = await bindSelection(narrowing, context, { twice: true });
  const used = chosen.filter(({ versions }) => versions.size > 0);
  const isChosen = (key: Buffer): boolean =>
    used.some(({ form, versions }) => {
      const version = form.versionOf(key);
      return version !== undefined && versions.has(version);
    });
  const { acceptsNamed } = bound;
  return {
    ...bound,
    glob: globFor(used.map(({ form }) => form)),
    acceptsScanned: acceptsNamed === undefined ? isChosen : (key) => isChosen(key) && acceptsNamed(key),
  };
}
