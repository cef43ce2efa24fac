import type { LoadedSpec } from '../config/loaded.ts';
import type { LayoutSpec } from '../config/layout.ts';
import { nodeAt } from '../config/source-tree.ts';
import type { Layout } from '../keys/layout.ts';
import { plainLayout } from '../keys/layout/plain.ts';
import { addressFrameworks } from './address-flags.ts';
import { UsageError } from './errors.ts';
import type { Input } from './input.ts';

/**
 * The layout of a command line: `--layout`, otherwise the spec file's, otherwise that of the framework
 * whose address flags are used, otherwise plain.
 * @throws UsageError where `--layout` is wrong, or the flags contradict each other
 */
export async function chooseLayout(input: Input, loaded: LoadedSpec | undefined): Promise<Layout> {
  const spec = withVersions(await chooseSpec(input, loaded), parseVersions(input));
  for (const [framework, flag] of addressFrameworks(input)) {
    if (input.on('raw'))
      throw new UsageError(
        `--raw and --${flag} contradict each other: a framework's address needs its layout`,
      );
    if (spec.type !== framework) {
      throw new UsageError(
        `--${flag} is an address of the ${framework} layout, and the keys here are ${spec.type}`,
        {
          hint: `say --layout ${framework}, with its settings; cachectl config schema describes them`,
        },
      );
    }
  }
  if (spec.type === 'plain' && !input.on('raw')) return plainLayout(spec);
  const { createLayout, rawLayout } = await import('../keys/layout.ts');
  const layout = createLayout(spec);
  return input.on('raw') ? rawLayout(layout) : layout;
}

async function chooseSpec(input: Input, loaded: LoadedSpec | undefined): Promise<LayoutSpec> {
  const text = input.text('layout');
  if (text !== undefined) {
    const { parseLayout } = await import('../config/parse-layout.ts');
    return parseLayout(text);
  }
  if (loaded !== undefined && nodeAt(loaded.root, ['layout']) !== undefined) return loaded.spec.layout;
  const [implied] = addressFrameworks(input);
  const type = implied?.[0] ?? (input.has('key-version') ? 'django' : 'plain');
  // The most common of all, without all that checks what a file says.
  if (type === 'plain') return { type, prefix: '' };
  const { buildLayout } = await import('../config/layout.ts');
  return buildLayout({ type });
}

function parseVersions(input: Input): readonly number[] {
  return input.texts('key-version').map((text) => {
    if (!/^\d{1,15}$/.test(text))
      throw new UsageError(`--key-version takes a whole number of 0 or more, not "${text}"`);
    return Number(text);
  });
}

function withVersions(spec: LayoutSpec, versions: readonly number[]): LayoutSpec {
  if (versions.length === 0) return spec;
  if (spec.type !== 'django') {
    throw new UsageError(`--key-version is about Django's keys, and the keys here are ${spec.type}`, {
      hint: 'say --layout django:prefix=KEY_PREFIX',
    });
  }
  return { ...spec, versions };
}
