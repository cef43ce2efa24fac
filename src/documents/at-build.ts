import { COMMANDS } from '../cli/registry.ts';
import { VERSION } from '../version.ts';
import { manPages, type ManPage } from './man.ts';

export { drawPicture } from './picture.ts';
export { generate } from './generate.ts';
export { softwareBill } from './sbom.ts';

/** The manual as the build puts it into the package. */
export function manual(): readonly ManPage[] {
  return manPages(COMMANDS, VERSION);
}
