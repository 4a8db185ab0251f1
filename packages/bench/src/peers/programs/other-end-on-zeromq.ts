/** The other end on bare `zeromq`. */
import { Dealer, Proxy as NativeProxy, Pull, Reply, Router, Subscriber } from "zeromq";
import type { End } from "./other-end.ts";

const WORKERS = "inproc://workers";

/** A proxy that nobody keeps is collected, and its sockets with it. */
let kept: NativeProxy;

type Bound = Pull | Subscriber | Router;

export async function open({ role, address, mark, subscribers, arrived }: End): Promise<string[]> {
  const receiving = { receiveHighWaterMark: mark };
  const marks = { ...receiving, sendHighWaterMark: mark };
  /** @returns the address, which a socket that a proxy has does not tell any more */
  const bound = async (socket: Bound): Promise<string> => {
    await socket.bind(address);
    return socket.lastEndpoint ?? address;
  };
  const count = async (from: Pull | Subscriber): Promise<void> => {
    for (;;) {
      await from.receive();
      arrived();
    }
  };
  const echo = async (socket: Router | Reply): Promise<void> => {
    for (;;) await socket.send(await socket.receive());
  };

  switch (role) {
    case "sink":
    case "subscribers": {
      const sub = (): Subscriber => new Subscriber(receiving);
      const all =
        role === "sink" ? [new Pull(receiving)] : Array.from({ length: subscribers }, sub);
      const at = await Promise.all(all.map(bound));
      for (const socket of all) {
        if (socket instanceof Subscriber) socket.subscribe("tag");
        void count(socket);
      }
      return at;
    }
    case "echo": {
      const router = new Router(marks);
      const at = await bound(router);
      void echo(router);
      return [at];
    }
    case "broker": {
      const router = new Router(marks);
      const at = await bound(router);
      const dealer = new Dealer(marks);
      await dealer.bind(WORKERS);
      const rep = new Reply(marks);
      rep.connect(WORKERS);
      void echo(rep);
      kept = new NativeProxy(router, dealer);
      void kept.run();
      return [at];
    }
    default:
      throw new Error(`bare zeromq has no ${role}`);
  }
}
