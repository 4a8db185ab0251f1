// Maps that are equal have the same digest: so two lines of output show that they are.

import { createHash } from "node:crypto";

/** Eight hex digits that stand for all keys and bodies of a map. */
export function digest(kvmap: ReadonlyMap<string, { readonly body: Buffer }>): string {
  const hash = createHash("sha256");
  for (const [key, { body }] of [...kvmap].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([key, body.toString("latin1")]));
  }
  return hash.digest("hex").slice(0, 8);
}
