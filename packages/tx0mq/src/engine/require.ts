import { createRequire } from "node:module";

/** Loads a package when it is needed. Bundled as CommonJS, a module knows its file's name alone. */
export const require = createRequire(import.meta.url ?? __filename);
