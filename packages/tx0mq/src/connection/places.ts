import { performance } from "../clock.js";
import {
  type Endpoint,
  type Endpoints,
  reachable,
  toEndpoint,
  ZmqEndpoint,
  ZmqEndpointType,
} from "../endpoint.js";
import type { EngineSocket } from "../engine/engine.js";
import { endpointError, ZmqArgumentError, ZmqError } from "../errors.js";

/** The endpoints that a socket is bound and connected to. */
export class Places {
  readonly #socket: EngineSocket;
  readonly #whenBound: boolean;
  readonly #endpoints: ZmqEndpoint[] = [];
  #connectedAt = Number.NEGATIVE_INFINITY;
  #reachesOut = false;

  /** @param whenBound connects over inproc only when a socket is bound there */
  constructor(socket: EngineSocket, whenBound: boolean) {
    this.#socket = socket;
    this.#whenBound = whenBound;
  }

  get all(): readonly ZmqEndpoint[] {
    return this.#endpoints;
  }

  /** The address that a peer on this machine connects to. */
  get address(): string | undefined {
    const endpoint = this.#endpoints.find(({ type }) => type === "bind") ?? this.#endpoints[0];
    return endpoint === undefined ? undefined : reachable(endpoint.address);
  }

  /** When it last began to connect, by `performance.now()`. */
  get connectedAt(): number {
    return this.#connectedAt;
  }

  /** Whether it connects over the network, where peers come and go, and does nothing else. */
  get onlyConnects(): boolean {
    return (
      this.#endpoints.length > 0 &&
      this.#endpoints.every(
        ({ type, address }) => type === ZmqEndpointType.connect && !isInproc(address),
      )
    );
  }

  /** Whether all peers that it ever had are in its own context. */
  get areInproc(): boolean {
    return !this.#reachesOut;
  }

  add(endpoints: Endpoints): void {
    for (const { type, address } of asList(endpoints)) {
      this.#reachesOut ||= !isInproc(address);
      if (type === ZmqEndpointType.bind) {
        const bound = this.#at(address, () => this.#socket.bind(address));
        this.#endpoints.push(ZmqEndpoint.bind(bound));
      } else {
        this.#at(address, () => {
          if (this.#whenBound) this.#socket.connect(address, true);
          else this.#socket.connect(address);
        });
        this.#endpoints.push(ZmqEndpoint.connect(address));
        this.#connectedAt = performance.now();
      }
    }
  }

  #at<T>(address: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw endpointError(error, address);
    }
  }

  /** @param disconnected called with each address: its peers are disconnected */
  remove(endpoints: Endpoints, disconnected: (address: string) => void): void {
    for (const endpoint of asList(endpoints)) {
      const index = this.#endpoints.findIndex((own) => String(own) === String(endpoint));
      if (index < 0) throw new ZmqArgumentError(`there is no endpoint "${endpoint}" to remove`);
      this.#removeFromSocket(endpoint.address);
      this.#endpoints.splice(index, 1);
      disconnected(endpoint.address);
    }
  }

  /** The socket may not have it any more: an inproc peer that has ended, or an address that was added twice. */
  #removeFromSocket(address: string): void {
    try {
      this.#at(address, () => this.#socket.remove(address));
    } catch (error) {
      if (!(error instanceof ZmqError && error.errno === "ENOENT")) throw error;
    }
  }
}

function isInproc(address: string): boolean {
  return address.startsWith("inproc://");
}

/** One after the other: those before a wrong one take effect. */
function* asList(endpoints: Endpoints): Iterable<ZmqEndpoint> {
  if (!Array.isArray(endpoints)) yield toEndpoint(endpoints as Endpoint);
  else for (const endpoint of endpoints as readonly Endpoint[]) yield toEndpoint(endpoint);
}
