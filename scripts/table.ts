import { chapterOf, type ExampleWorkspace } from "./workspaces.ts";

/** Examples as a table: name, chapter, title. */
export function table(examples: readonly ExampleWorkspace[]): string[] {
  const width = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length));
  const names = width(examples.map(({ name }) => name));
  const chapters = width(examples.map(chapterOf));
  return examples.map((workspace) => {
    const chapter = chapterOf(workspace).padEnd(chapters);
    return `${workspace.name.padEnd(names)}  ${chapter}  ${workspace.example.title}`;
  });
}
