import { createReadStream } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Manifest } from "./manifest.ts";

/** A package in a registry. */
export interface Published {
  readonly its: Manifest;
  readonly tarball: string;
}

/** A registry on this machine, which has what is installed here: so npm installs without the network. */
export class Registry {
  readonly #packages: readonly Published[];
  readonly #server: Server = createServer((request, response) => {
    this.#answer(decodeURIComponent(request.url ?? ""), response);
  });

  /** @param packages of each name the one that most want first, and then its other versions */
  constructor(packages: readonly Published[]) {
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

  #answer(path: string, response: ServerResponse): void {
    const [, tarball] = /^\/(\d+)\.tgz$/.exec(path) ?? [];
    const found = this.#packages.filter(({ its }) => path === `/${its.name}`);
    const packed = this.#packages[Number(tarball)];
    if (packed !== undefined) {
      createReadStream(packed.tarball).pipe(response);
    } else if (found[0] !== undefined) {
      const versions = found.map((one) => {
        const url = `http://${response.req.headers.host}/${this.#packages.indexOf(one)}.tgz`;
        return [one.its.version, this.#version(one.its, url)] as const;
      });
      const { name, version } = found[0].its;
      const document = { name, "dist-tags": { latest: version } };
      response.end(JSON.stringify({ ...document, versions: Object.fromEntries(versions) }));
    } else {
      response.writeHead(404).end();
    }
  }

  #version(its: Manifest, tarball: string): object {
    // Of what is optional, there is what this machine takes.
    const optional = Object.entries(its.optionalDependencies ?? {}).filter(([name]) =>
      this.#packages.some((one) => one.its.name === name),
    );
    return { ...its, optionalDependencies: Object.fromEntries(optional), dist: { tarball } };
  }
}
