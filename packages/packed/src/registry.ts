import { createReadStream } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Manifest, manifest } from "./manifest.ts";

/** A package in a registry. */
export interface Published {
  /** Where it is installed, for its package.json. */
  readonly folder: string;
  readonly tarball: string;
}

/** A registry on this machine, which has one version of each package: so npm installs without the network. */
export class Registry {
  readonly #packages: ReadonlyMap<string, Published>;
  readonly #server: Server = createServer((request, response) => {
    this.#answer(decodeURIComponent(request.url ?? ""), response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });

  constructor(packages: ReadonlyMap<string, Published>) {
    this.#packages = packages;
  }

  /** @returns its address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    const [, name = "", tarball] = /^\/(.*?)(\.tgz)?$/.exec(path) ?? [];
    const found = this.#packages.get(name);
    if (found === undefined) {
      response.writeHead(404).end();
    } else if (tarball !== undefined) {
      createReadStream(found.tarball).pipe(response);
    } else {
      const url = `http://${response.req.headers.host}/${name}.tgz`;
      response.end(JSON.stringify(this.#document(await manifest(found.folder), url)));
    }
  }

  #document(its: Manifest, tarball: string): object {
    // Of what is optional, there is what this machine takes.
    const optional = Object.entries(its.optionalDependencies ?? {}).filter(([name]) =>
      this.#packages.has(name),
    );
    const version = {
      ...its,
      optionalDependencies: Object.fromEntries(optional),
      dist: { tarball },
    };
    return {
      name: its.name,
      "dist-tags": { latest: its.version },
      versions: { [its.version]: version },
    };
  }
}
