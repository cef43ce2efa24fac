/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json has it. */
  readonly license: string;
}

/**
 * What is in the package, as a CycloneDX 1.6 document: the program, and every package whose code is in the bundle.
 * Without a time and a serial number, so that the same sources give the same bytes.
 */
export function softwareBill(
  program: BundledPackage,
  packages: readonly BundledPackage[],
): Readonly<Record<string, unknown>> {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...component(program), type: 'application' } },
    components: packages.map((entry) => component(entry)),
    dependencies: [
      { ref: purl(program), dependsOn: packages.map(purl) },
      ...packages.map((entry) => ({ ref: purl(entry) })),
    ],
  };
}

function component(entry: BundledPackage): Readonly<Record<string, unknown>> {
  return {
    type: 'library',
    'bom-ref': purl(entry),
    name: entry.name,
    version: entry.version,
    purl: purl(entry),
    licenses: /\s/.test(entry.license)
      ? [{ expression: entry.license }]
      : [{ license: { id: entry.license } }],
  };
}

/** https://github.com/package-url/purl-spec: the `@` of a scope is encoded. */
function purl({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
