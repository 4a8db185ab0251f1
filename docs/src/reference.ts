import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Application,
  Comment,
  Converter,
  type ParameterReflection,
  type ProjectReflection,
  ReflectionFlag,
  ReflectionKind,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

const LIBRARY = fileURLToPath(new URL("../../packages/tx0mq", import.meta.url));
/** What the library's modules are called on the site, and how their pages begin. */
const MODULES: Readonly<Record<string, readonly [name: string, lead: string]>> = {
  index: ["api", "The classes, functions and types of tx0mq."],
  flags: ["api-flags", "Reads the command line of a program."],
  thread: ["api-thread", "Starts threads that run TypeScript."],
};
const LAYOUT: Partial<PluginOptions> = {
  entryFileName: "reference",
  flattenOutputFiles: true,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: "table",
  indexFormat: "table",
  pageTitleTemplates: {
    module: ({ name }) => `Reference: ${name.replace(/^api-?/, "tx0mq/").replace(/\/$/, "")}`,
  },
};

/** Writes a page for each thing that the library exports, from its doc comments. */
export async function writeReference(folder: string): Promise<void> {
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: Object.keys(MODULES).map((name) => `${LIBRARY}/src/${name}.ts`),
    tsconfig: `${LIBRARY}/tsconfig.build.json`,
    out: folder,
    name: "API reference",
    cleanOutputDir: false,
    readme: "none",
    disableSources: true,
    excludePrivate: true,
    excludeProtected: true,
    excludeInternal: true,
    externalPattern: ["**/node_modules/**", "**/typed-event-emitter.ts"], // its methods are Node's
    preservedTypeAnnotationTags: ["@throws"],
    skipErrorChecking: true, // the library's own build does that
    logLevel: "Error",
    ...LAYOUT,
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    tidy(project);
    nameErrors(project);
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("the library's doc comments cannot be read");
  await app.generateOutputs(project);
  rmSync(join(folder, `${LAYOUT.entryFileName}.md`)); // a list of the modules: the side bar has it
}

/** What the library exports, and the name of its page, as they lie in a folder. */
export function readReference(folder: string): Map<string, string> {
  const pages = readdirSync(folder).map((file) => /^(api[\w-]*\.\w+\.(\w+))\.\w+$/.exec(file));
  return new Map(pages.map((found) => [found?.[2] ?? "", found?.[1] ?? ""]));
}

/** Gives modules and parameters names to read, and tells what is inherited only where it comes from. */
function tidy(project: ProjectReflection): void {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    const [name, text] = MODULES[module.name] ?? [module.name, ""];
    module.name = name;
    module.comment = new Comment([{ kind: "text", text }]);
  }
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    parameter.name = parameter.name.replace("__namedParameters", "options").replace(/^_/, "");
    if (parameter.isParameter()) tellDefault(parameter);
  }
  const members = project.getReflectionsByKind(
    ReflectionKind.Method | ReflectionKind.Property | ReflectionKind.Accessor,
  );
  // A base that the library does not export has no page: what comes from there is told here.
  const toldElsewhere = members.filter((member) => {
    if (!member.isDeclaration() || member.inheritedFrom === undefined) return false;
    return member.flags.isExternal || member.inheritedFrom.reflection !== undefined;
  });
  for (const member of toldElsewhere) project.removeReflection(member);
  for (const member of members) if (member.isDeclaration()) delete member.inheritedFrom;
}

/** Tells a default in the description. In a column for it, parameters without one would have the default `undefined`. */
function tellDefault(parameter: ParameterReflection): void {
  const { defaultValue } = parameter;
  if (defaultValue === undefined) return;
  delete parameter.defaultValue;
  parameter.setFlag(ReflectionFlag.Optional);
  if (/^(\{\}|\.\.\.)$/.test(defaultValue)) return; // no more than that they are optional
  parameter.comment ??= new Comment();
  const { summary } = parameter.comment;
  const text = summary.length === 0 ? "Default: " : "; default: ";
  summary.push({ kind: "text", text }, { kind: "code", text: `\`${defaultValue}\`` });
}

/** Names the errors that functions throw, with links: TypeDoc reads the class behind `@throws`, and shows it nowhere. */
function nameErrors(project: ProjectReflection): void {
  const classes = project.getReflectionsByKind(ReflectionKind.Class);
  for (const { comment } of project.getReflectionsByKind(ReflectionKind.SomeSignature)) {
    for (const { tag, typeAnnotation, content } of comment?.blockTags ?? []) {
      if (tag !== "@throws" || typeAnnotation === undefined) continue;
      const text = typeAnnotation.replace(/[{}]/g, "");
      const target = classes.find(({ name }) => name === text);
      const link = { kind: "inline-tag", tag: "@link", text, ...(target && { target }) } as const;
      content.unshift(link, { kind: "text", text: " " });
    }
  }
}
