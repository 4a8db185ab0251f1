import { createRequire } from "node:module";

// Bundled as CommonJS, a module knows its file's name alone.
const require = createRequire(import.meta.url ?? __filename);

/**
 * A module that few programs need: it is loaded when it is asked for first. To load all that CURVE and
 * WebSockets are made of takes longer than all the rest of the engine.
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
