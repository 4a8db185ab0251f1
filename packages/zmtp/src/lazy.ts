import { createRequire } from "node:module";

// In a bundle of CommonJS a module knows only its file's name.
const require = createRequire(import.meta.url ?? __filename);

/**
 * A module that few programs need: it is loaded at its first use. The modules for CURVE and WebSockets take
 * longer to load than all the rest of the engine.
 *
 * @param name of a package's module, or one of Node's own
 */
export function lazily<T>(name: string): () => T {
  let loaded: T | undefined;
  return () => {
    loaded ??= require(name) as T;
    return loaded;
  };
}
