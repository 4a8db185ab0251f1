import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Packages, and which versions of them. */
export type Versions = Readonly<Record<string, string>>;

/** What of package.json matters here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly bin?: string | Readonly<Record<string, string>>;
  /** What an example tells of itself. */
  readonly example?: {
    readonly programs: readonly { readonly name: string; readonly endpoints?: readonly string[] }[];
    /** The folders of other examples whose programs it runs. */
    readonly uses?: readonly string[];
  };
}

export async function manifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
}
