/** The longest body that is read where nothing else is said: an answer beyond this is hardly a cache entry. */
export const DEFAULT_MAX_BODY_BYTES = 64 * 1024 * 1024;

/** How many redirects one request may take. */
export const MAX_REDIRECTS = 5;
