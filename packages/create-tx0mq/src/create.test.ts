import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { refuses, Stage } from "@tx0mq/smoke";
import { readExamples, search } from "./catalog.js";
import { CreateError, create } from "./create.js";

const ROOT = fileURLToPath(new URL("../../../examples", import.meta.url));
const BIN = fileURLToPath(new URL("../bin/create-tx0mq.js", import.meta.url));
const examples = readExamples(fileURLToPath(new URL("../dist/examples", import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "create-tx0mq-"));
after(() => rmSync(folder, { recursive: true }));

test("there are all examples of the repository, in the guide's order", () => {
  assert.deepEqual(
    new Set(examples.map(({ path }) => path)),
    new Set(readExamples(ROOT).map(({ path }) => path)),
  );
  assert.equal(examples[0]?.name, "hello-world");
  assert.equal(new Set(examples.map(({ name }) => name)).size, examples.length);
});

for (const example of examples) {
  test(`${example.name} is whole in a folder of its own`, () => {
    const target = join(folder, example.name);
    create(target, example, examples);
    const files = readdirSync(target, { recursive: true, encoding: "utf8" });
    assert.ok(!files.some((file) => file.endsWith(".test.ts")));
    for (const file of ["README.md", "LICENSE", "package.json"]) assert.ok(files.includes(file));
    const manifest = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
    assert.equal(manifest.name, example.name);
    assert.ok(manifest.dependencies.tx0mq && manifest.dependencies.tsx);

    const started = manifest.scripts.start.match(/[\w./-]+\.ts\b/g) ?? [];
    assert.ok(started.length > 0);
    for (const file of started) assert.ok(existsSync(join(target, file)), `npm start: ${file}`);
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      const text = readFileSync(join(target, file), "utf8");
      for (const [, from = ""] of text.matchAll(/["'`](\.\.?\/[\w./-]+\.ts)\b/g)) {
        const found = join(target, dirname(file), from);
        assert.ok(existsSync(found), `${file}: ${from}`);
        assert.ok(!relative(target, found).startsWith(".."), `${file} leads out: ${from}`);
      }
      for (const [, from = ""] of text.matchAll(/^import .*from "([^."][^"]*)"/gm)) {
        const name = from
          .split("/")
          .slice(0, from.startsWith("@") ? 2 : 1)
          .join("/");
        assert.ok(from.startsWith("node:") || name in manifest.dependencies, `${file}: ${from}`);
      }
    }
  });
}

for (const web of ["https://example.org/cookbook", undefined]) {
  test(`READMEs are true in the new folder, ${web ? "with" : "without"} the repository's address`, () => {
    for (const example of examples) {
      const target = join(folder, web ? "with" : "without", example.name);
      create(target, example, examples, web);
      for (const { name, path } of [
        example,
        ...examples.filter((one) => example.uses.includes(one.path)),
      ]) {
        const own = name === example.name ? target : join(target, name);
        const original = readFileSync(join(ROOT, path, "README.md"), "utf8");
        const readme = readFileSync(join(own, "README.md"), "utf8");
        assert.doesNotMatch(readme, /the\s+root\b/, name);
        assert.equal(
          readme.includes("after `npm install`)"),
          /at\s+the\s+root\b/.test(original),
          name,
        );
        for (const [, link = ""] of readme.matchAll(/\]\(([^)]+)\)/g)) {
          if (link.startsWith("https:")) continue;
          const known =
            existsSync(join(own, link)) && !relative(target, join(own, link)).startsWith("..");
          assert.ok(known || (!web && told(readme, link)), `${name} links to ${link}`);
        }
        for (const [, file = ""] of readme.matchAll(/\bnpx tsx (\.\.?\/[\w./-]+\.ts)\b/g)) {
          assert.ok(existsSync(join(own, file)) || told(readme, file), `${name}: ${file}`);
        }
      }
    }
  });
}

/** Does a README tell how to make the example that a path leads to? */
function told(readme: string, path: string): boolean {
  const [there, name] = /^(?:\.\.\/)+([\w-]+)/.exec(path) ?? [];
  const known = examples.some((example) => example.name === name);
  return (
    known && readme.includes(`\`npm create tx0mq@latest ${there} -- --example ${name}\` makes`)
  );
}

test("a link to an example that does not come along leads to it on the web", () => {
  const example = examples.find(({ name }) => name === "monitoring-class");
  assert.ok(example);
  const target = join(folder, "linked");
  create(target, example, examples, "https://example.org/cookbook");
  const readme = readFileSync(join(target, "README.md"), "utf8");
  assert.ok(readme.includes("](https://example.org/cookbook/pyzmq-ports/pubsub-topics)"));
});

test("nothing is committed that programs leave behind, as in the repository", () => {
  const [example] = examples;
  assert.ok(example);
  create(join(folder, "ignoring"), example, examples);
  const lines = (file: string) => readFileSync(file, "utf8").trim().split("\n");
  const ours = lines(join(ROOT, "../.gitignore"));
  const its = lines(join(folder, "ignoring/.gitignore"));
  for (const line of its) assert.ok(ours.includes(line), line);
  for (const line of [".titanic/", ".ipcontroller/", "certificates/"])
    assert.ok(its.includes(line));
});

test("a folder that is not empty is left alone", () => {
  const [example] = examples;
  assert.ok(example);
  const target = join(folder, "mine");
  mkdirSync(target);
  writeFileSync(join(target, ".DS_Store"), "");
  create(target, example, examples); // one that people see as empty is taken
  const before = readFileSync(join(target, "README.md"), "utf8");
  writeFileSync(join(target, "README.md"), "mine");
  assert.throws(() => create(target, example, examples), CreateError);
  assert.equal(readFileSync(join(target, "README.md"), "utf8"), "mine");
  assert.notEqual(before, "mine");
});

test("what fails half-way leaves nothing behind, and says so in a line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  // No file may be larger than a kilobyte or two: the first ones fit.
  const limited = ["-c", 'ulimit -f 2 && exec "$@"', "sh", process.execPath, BIN];
  const run = (...args: string[]) =>
    stage.start({ command: ["sh", ...limited] }, args, { cwd: stage.folder });
  mkdirSync(join(stage.folder, "mine/empty"), { recursive: true });
  writeFileSync(join(stage.folder, "mine/empty/.DS_Store"), "");
  for (const target of ["new/a/b", "mine/a/b", "mine/empty"]) {
    await refuses(run(target, "--example", "hello-world"), /EFBIG.* \(nothing has been made\)/);
  }
  const left = readdirSync(stage.folder, { recursive: true, encoding: "utf8" });
  assert.deepEqual(left.sort(), ["mine", "mine/empty", "mine/empty/.DS_Store"]);
});

test("a search finds by name, title, chapter, socket and program", () => {
  const found = (text: string) => search(examples, text).map(({ name }) => name);
  assert.ok(found("load balanc").includes("load-balancing-broker"));
  assert.ok(found("ROUTER heartbeat").length > 0);
  assert.deepEqual(found("hwserver"), ["hello-world"]);
  assert.deepEqual(found("no such thing at all"), []);
  assert.equal(found("").length, examples.length);
});

test("the command: list, help, what is wrong in a line, and a folder", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const run = (...args: string[]) =>
    stage.start({ command: [process.execPath, BIN] }, args, { cwd: stage.folder });
  const list = run("--list");
  assert.equal((await list.exit()).code, 0);
  for (const { name } of examples) assert.ok(list.lines.some((line) => line.includes(` ${name} `)));
  const help = run("--help");
  assert.equal((await help.exit()).code, 0);
  assert.match(help.lines[0] ?? "", /^usage: npm create tx0mq/);

  await refuses(
    run("--example", "load-balancing"),
    /no example "load-balancing": there is load-bal/,
  );
  await refuses(run("--example", "titanik"), /no example "titanik": there is titanic \(/);
  await refuses(run("--example", "hello_world"), /there is hello-world \(/);
  await refuses(run("--example", "lbbroker"), /there is load-balancing-broker, /);
  await refuses(run("--example", "quantum-computer"), /--list shows all/);
  await refuses(run("--example", ""), /--list shows all/);
  await refuses(run("a", "b", "--example", "hello-world"), /unexpected argument "b"/);
  await refuses(run("--exmaple", "x"), /--exmaple/);
  await refuses(run("--example"), /--example/);
  await refuses(run("--list=x"), /--list/);
  await refuses(run("here"), /nobody to ask/);

  // What is left when npm has read `npm create tx0mq a --example version`.
  const withoutDashes = stage.start({ command: [process.execPath, BIN] }, ["a", "version"], {
    cwd: stage.folder,
    env: { npm_config_example: "true" },
  });
  await refuses(withoutDashes, /npm has taken --example .* write -- before it, as in npm create /);

  const made = run("My Broker!", "--example", "load-balancing-broker");
  assert.equal((await made.exit()).code, 0);
  await made.line(/^ {2}cd 'My Broker!'$/);
  const manifest = JSON.parse(readFileSync(join(stage.folder, "My Broker!/package.json"), "utf8"));
  assert.equal(manifest.name, "mybroker");
  await refuses(run("My Broker!", "--example", "hello-world"), /not empty/);
  await refuses(run("My Broker!/README.md", "--example", "hello-world"), /not empty/);
  await refuses(run("My Broker!/README.md/below", "--example", "hello-world"), /ENOTDIR/);
  await refuses(run("", "--example", "hello-world"), /no name/);
  assert.deepEqual(readdirSync(stage.folder), ["My Broker!"]);
  // What is left when pnpm or npx has read `create-tx0mq below -- --example version`.
  const withDashes = run("My Broker!/below", "--", "--example", "version");
  assert.equal((await withDashes.exit()).code, 0);
  assert.ok(existsSync(join(stage.folder, "My Broker!/below/version.ts")));
  const here = stage.start({ command: [process.execPath, BIN] }, [".", "--example", "version"], {
    cwd: mkdtempSync(join(stage.folder, "here-")),
  });
  assert.equal((await here.exit()).code, 0);
  await here.line(/, in this folder\. Now:$/);
  assert.ok(!here.lines.some((line) => line.includes("cd ")));
  const named = run("--example", "hello-world");
  assert.equal((await named.exit()).code, 0);
  assert.ok(existsSync(join(stage.folder, "hello-world/hwserver.ts")));
  assert.equal(basename(folder).startsWith("create-tx0mq-"), true);
});
