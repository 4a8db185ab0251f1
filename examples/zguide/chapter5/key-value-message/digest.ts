// Maps that are equal have the same digest: so two lines of output show that they are.

/** Eight hex digits that stand for all keys and bodies of a map. They are quick: clients print them with each update. */
export function digest(kvmap: ReadonlyMap<string, { readonly body: Buffer }>): string {
  let sum = 0; // of a hash of each entry: so their order does not matter
  for (const [key, { body }] of kvmap) {
    let hash = 0x811c9dc5;
    for (let n = 0; n < key.length; n++) hash = mix(hash, key.charCodeAt(n));
    hash = mix(hash, -1); // the end of the key
    for (let n = 0; n < body.length; n++) hash = mix(hash, body[n] as number);
    sum = (sum + hash) >>> 0;
  }
  return sum.toString(16).padStart(8, "0");
}

/** A step of FNV-1a. */
function mix(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}
