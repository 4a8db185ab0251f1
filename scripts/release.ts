// Publishes what npm does not have yet: npm run release. The release workflow runs it.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { end, run } from "./run.ts";
import { readWords } from "./usage.ts";
import { ROOT, readWorkspaces } from "./workspaces.ts";

const USAGE = `usage: npm run release

Publishes each package whose version npm does not have. It runs on GitHub Actions, for npm wants to see there
where a package comes from (provenance): its repository is the one that the workflow runs in.`;

readWords(USAGE, 0);
const { GITHUB_REPOSITORY: repository, GITHUB_SERVER_URL: server = "https://github.com" } =
  process.env;
if (repository === undefined) {
  console.error("npm run release: releases are made on GitHub Actions (--help tells more)");
  process.exit(1);
}
for (const { folder, path } of readWorkspaces()) {
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  if (manifest.private) continue;
  const url = `${server}/${repository}`;
  manifest.repository = { type: "git", url: `git+${url}.git`, directory: path };
  manifest.homepage = `${url}/tree/HEAD/${path}#readme`;
  manifest.bugs = `${url}/issues`;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
}
end(await run(["changeset", "publish"], { cwd: ROOT, stdio: "inherit" }));
