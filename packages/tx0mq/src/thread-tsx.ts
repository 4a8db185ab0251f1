/** What a thread runs first where tsx has to be loaded into it: see `thread()`. */
import { register } from "node:module";

const [file = ""] = process.argv.splice(2, 1);
register("tsx/esm", { parentURL: file, data: {} });
await import(file);
