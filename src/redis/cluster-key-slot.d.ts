declare module 'cluster-key-slot' {
  /** The hash slot of a key. */
  export default function calculateSlot(key: string | Uint8Array): number;
}
