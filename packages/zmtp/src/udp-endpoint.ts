import type { Endpoint, EndpointHost } from "./endpoints.js";
import { pipeLimits } from "./settings.js";
import { UdpSocket } from "./transports/udp.js";
import { UdpPipe } from "./udp-pipe.js";

/** Where a socket is bound or connected over UDP. There are no connections: one pipe is there from the beginning. */
export class UdpEndpoint implements Endpoint {
  /** As it was given; with the real port if any port was asked for. */
  readonly address: string;
  readonly #pipe: UdpPipe;

  /** @throws an Error with a `code` */
  constructor(host: EndpointHost, how: "bind" | "connect", place: string) {
    const { options, type } = host;
    this.#pipe = new UdpPipe(host, pipeLimits(options));
    const socket = UdpSocket[how](place, options, this.#pipe);
    this.address = `udp://${/:[*!]$/.test(place) ? socket.address : place}`;
    this.#pipe.open(socket);
    type.attach(this.#pipe);
    type.peerReady(this.#pipe);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {
    this.end(true);
  }

  end(atOnce: boolean): void {
    if (atOnce || this.#pipe.empty) this.#pipe.leave();
  }

  get over(): boolean {
    return this.#pipe.gone;
  }
}
