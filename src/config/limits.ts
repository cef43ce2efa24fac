/** The largest spec file that is read. */
export const MAX_SPEC_BYTES = 5 * 1024 * 1024;
