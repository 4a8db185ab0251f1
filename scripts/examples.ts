// Lists all examples, chapter by chapter.
import { table } from "./table.ts";
import { readWords } from "./usage.ts";
import { chapterOf, readExamples } from "./workspaces.ts";

const USAGE = `usage: npm run examples

Lists all examples: name, chapter of the guide, title. Run one with npm start -- NAME.`;

readWords(USAGE, 0);

const examples = readExamples();
const rows = table(examples);
let chapter: string | undefined;
for (const [i, example] of examples.entries()) {
  if (chapter !== undefined && chapter !== chapterOf(example)) console.log();
  chapter = chapterOf(example);
  console.log(rows[i]);
}
