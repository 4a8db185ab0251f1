import { randomUUID } from "node:crypto";
import { socketError, ZmqStateError } from "../../errors.js";
import type { EngineProxy } from "../engine.js";
import {
  type Context,
  LINGER,
  NativeProxy,
  NativeSocket,
  RCVHWM,
  SNDTIMEO,
  version,
} from "./binding.js";
import type { ZeromqSocket } from "./socket.js";

/** libzmq 4.3.5 takes these two commands for each other; its successors do not. */
const [PAUSE, RESUME] =
  version === "4.3.5" ? (["resume", "pause"] as const) : (["pause", "resume"] as const);

/**
 * zmq_proxy_steerable in a thread of libuv's pool. It looks once whether it can send, and then passes up
 * to a thousand messages on. In the midst of these a PUSH or a DEALER may run out of room or of peers. The
 * send waits then, as it should, and the proxy is deaf to commands. So each of these has a back door: it
 * is bound to a name that nobody knows. A peer that comes in there takes what holds the proxy up.
 */
export class ZeromqProxy implements EngineProxy {
  readonly ended: Promise<void>;
  readonly #proxy: NativeProxy;
  readonly #backDoors: [type: "PULL" | "DEALER", address: string, zmqContext: Context][] = [];
  readonly #guests: NativeSocket[] = [];
  #running = true;

  constructor(frontend: ZeromqSocket, backend: ZeromqSocket) {
    if (frontend.waiting || backend.waiting) {
      throw new ZmqStateError("a receive that was given up still waits on the socket");
    }
    for (const socket of [frontend, backend]) {
      socket.lend();
      socket.native.setNumber(SNDTIMEO, -1);
      if (socket.type !== "PUSH" && socket.type !== "DEALER") continue;
      const address = `inproc://tx0mq-proxy-${randomUUID()}`;
      socket.native.bindSync(address);
      const guest = socket.type === "PUSH" ? "PULL" : "DEALER";
      this.#backDoors.push([guest, address, socket.native.context]);
    }
    this.#proxy = new NativeProxy(frontend.native, backend.native);
    // The end of the process waits for the threads of libuv's pool, so for this one.
    const exit = (): void => {
      this.#proxy.terminate();
      this.#enter();
    };
    process.once("exit", exit);
    this.ended = this.#proxy
      .run()
      .catch((error: unknown) => {
        throw socketError(error, "the proxy failed");
      })
      .finally(() => {
        this.#running = false;
        process.removeListener("exit", exit);
        for (const guest of this.#guests) guest.close();
      });
  }

  pause(): void {
    if (this.#running) this.#proxy[PAUSE]();
  }

  resume(): void {
    if (this.#running) this.#proxy[RESUME]();
  }

  stop(linger: number): void {
    if (!this.#running) return;
    this.#proxy.terminate();
    if (linger < 0) return;
    const timer = setTimeout(() => this.#enter(), linger);
    this.ended.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
  }

  #enter(): void {
    for (const [type, address, zmqContext] of this.#backDoors.splice(0)) {
      const guest = new NativeSocket(type, zmqContext);
      this.#guests.push(guest);
      guest.setNumber(LINGER, 0);
      guest.setNumber(RCVHWM, 0);
      guest.connect(address);
    }
  }
}
