import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Stage } from "@tx0mq/smoke";
import { BASE, fromHere, moveAnywhere } from "./anywhere.ts";

test("strings of a script have the folder in them that it runs in", () => {
  const code = fromHere(
    `const who = "x"; [${JSON.stringify(BASE)}, '${BASE}a'.length, \`${BASE}\${who}\`, "\\"${BASE}\\""]`,
  );
  const window = { __HERE__: "/my/" };
  assert.deepEqual([...runInNewContext(code, { window })], ["/my/", 5, "/my/x", '"/my/"']);
  assert.equal(code.includes(`${BASE}b`), false);
});

test("pages and style sheets name what is beside them", (t) => {
  const { folder } = new Stage(t, import.meta.url);
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "assets/a.css"), `a{src:url(${BASE}assets/b.svg)}`);
  writeFileSync(
    join(folder, "a.html"),
    `<script src="${BASE}a.js"></script><a href="${BASE}b.html">`,
  );
  moveAnywhere(folder);
  assert.equal(readFileSync(join(folder, "assets/a.css"), "utf8"), "a{src:url(./b.svg)}");
  assert.equal(
    readFileSync(join(folder, "a.html"), "utf8"),
    '<script src="./a.js"></script><a href="./b.html">',
  );
});
