import { createRequire } from "node:module";

/** Loads a package when it is needed. In a bundle of CommonJS a module knows only its file's name. */
export const require = createRequire(import.meta.url ?? __filename);
