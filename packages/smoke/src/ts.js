/*
 * node --import @tx0mq/smoke/ts x.test.ts: runs a TypeScript file of this repository in half the time
 * that tsx takes, on any version of Node.
 */
import { register } from "node:module";

register("./hooks.js", import.meta.url);
process.setSourceMapsEnabled(true);
