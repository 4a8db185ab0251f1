// The first program of each README, done as the README says, in an empty folder.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { manifest } from "./manifest.ts";
import { installInto, LIBRARY, MODEL, ROOT, Sandbox, succeed } from "./sandbox.ts";

const sandbox = new Sandbox();
// What its command would install: an example depends on the same.
before(async () => {
  const { dependencies } = await manifest(MODEL);
  assert.deepEqual(Object.keys(dependencies ?? {}).sort(), ["tsx", "tx0mq"]);
  sandbox.write("package.json", { dependencies });
  await installInto(sandbox.folder);
});
after(() => sandbox.remove());

for (const folder of [ROOT, LIBRARY]) {
  const name = folder === ROOT ? "the repo" : "the library";
  test(`the first program of the README of ${name} runs as it says`, async () => {
    const readme = await readFile(join(folder, "README.md"), "utf8");
    const [, section = ""] = readme.split(/^## A first program\n/m);
    const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, language, text]) => ({
      language,
      text: text ?? "",
    }));
    const [install, program, command] = blocks;
    assert.deepEqual(
      [install?.language, program?.language, command?.language],
      ["sh", "ts", "sh"],
      "a command that installs, a program, a command that runs it",
    );
    // What a registry would bring is in the sandbox.
    assert.equal(install?.text, "npm install tx0mq tsx\n");
    const [, file = ""] = /^Save this as `([^`]+)`/m.exec(section) ?? [];
    const place = name.replace(/\W/g, "-");
    sandbox.write(`${place}/package.json`, {});
    sandbox.write(`${place}/${file}`, program?.text ?? "");
    const [, printed = ""] = /console\.log\(.*\); \/\/ (.*)/.exec(program?.text ?? "") ?? [];
    assert.notEqual(printed, "");

    const run = (line: string): Promise<string> =>
      succeed("sh", ["-c", line], join(sandbox.folder, place), {
        env: { ...process.env, npm_config_offline: "true", npm_config_update_notifier: "false" },
      });
    assert.equal(await run(command?.text ?? ""), `${printed}\n`);
    const [, withoutTsx = ""] =
      /22\.18 and later run it without `tsx`: `([^`]+)`/.exec(section) ?? [];
    assert.equal(withoutTsx, `node ${file}`);
    if ("typescript" in process.features && process.features.typescript) {
      assert.equal(await run(withoutTsx), `${printed}\n`);
    }
  });
}
