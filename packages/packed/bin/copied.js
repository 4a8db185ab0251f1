#!/usr/bin/env node
// Node 20 does not read TypeScript by itself.
import "@tx0mq/smoke/ts";

await import("../src/copied.ts");
