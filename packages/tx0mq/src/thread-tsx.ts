/** The first module of a thread that has to load tsx: see `thread()`. */
import { register } from "node:module";

const [file = ""] = process.argv.splice(2, 1);
register("tsx/esm", { parentURL: file, data: {} });
await import(file);
