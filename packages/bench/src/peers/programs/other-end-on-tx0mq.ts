/** The other end on tx0mq. */
import {
  type Message,
  proxy,
  ZmqDealerConnection,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPullConnection,
  ZmqRepConnection,
  ZmqRouterConnection,
  ZmqSubConnection,
} from "tx0mq";
import type { End } from "./other-end.ts";

const WORKERS = "inproc://workers";

export function open({ role, address, mark, subscribers, arrived }: End): string[] {
  const factory = new ZmqFactory();
  const here = ZmqEndpoint.bind(address);
  const receiving = { receiveHighWaterMark: mark };
  const marks = { ...receiving, sendHighWaterMark: mark };
  switch (role) {
    case "sink":
      return [new ZmqPullConnection(factory, here, receiving).on("message", arrived).address];
    case "subscribers": {
      const subs = Array.from({ length: subscribers }, () =>
        new ZmqSubConnection(factory, here, receiving).on("message", arrived),
      );
      for (const sub of subs) sub.subscribe("tag");
      return subs.map((sub) => sub.address);
    }
    case "echo": {
      const router = new ZmqRouterConnection(factory, here, marks);
      router.on("message", (request: Message) => void router.send(request));
      return [router.address];
    }
    case "broker": {
      const router = new ZmqRouterConnection(factory, here, marks);
      const dealer = new ZmqDealerConnection(factory, ZmqEndpoint.bind(WORKERS), marks);
      proxy(router, dealer);
      const rep = new ZmqRepConnection(factory, ZmqEndpoint.connect(WORKERS), marks);
      rep.on("message", (request: Message) => void rep.send(request));
      return [router.address];
    }
    default:
      throw new Error(`tx0mq has no ${role}`);
  }
}
