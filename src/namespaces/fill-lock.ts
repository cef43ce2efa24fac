/** The name of the lock that is held while the next version of a namespace is being filled. */
export function fillLock(namespace: string): string {
  return `namespace:${namespace}`;
}
