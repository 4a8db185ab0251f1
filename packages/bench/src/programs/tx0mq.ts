/** The measured programs on tx0mq. */
import {
  type Message,
  type RequestId,
  ZmqEndpoint,
  ZmqFactory,
  ZmqPubConnection,
  ZmqPullConnection,
  ZmqPushConnection,
  ZmqRepConnection,
  ZmqReqConnection,
  ZmqXREPConnection,
  ZmqXREQConnection,
} from "tx0mq";
import { Meter, type Round } from "./meter.ts";
import { highWaterMark, MAX_SOCKETS, type Program } from "./program.ts";

/** Connections that handle messages only while a round is running. */
class Handled {
  meter = new Meter();
  readonly #connections: (ZmqHandler | ZmqServer)[] = [];
  #ended: () => void = () => undefined;

  add(connection: ZmqHandler | ZmqServer): void {
    connection.pause();
    this.#connections.push(connection);
  }

  run(meter: Meter): Promise<void> {
    this.meter = meter;
    return new Promise((resolve) => {
      this.#ended = resolve;
      for (const connection of this.#connections) connection.resume();
    });
  }

  end(): void {
    for (const connection of this.#connections) connection.pause();
    this.#ended();
  }
}

class ZmqHandler extends ZmqPullConnection {
  handled = new Handled();

  override messageReceived(frames: Message): void {
    const { meter } = this.handled;
    handle(frames, meter);
    if (meter.over) this.handled.end();
  }
}

class ZmqServer extends ZmqXREPConnection {
  handled = new Handled();

  override gotMessage(id: RequestId, ...parts: Message): void {
    const { meter } = this.handled;
    void this.reply(id, ...parts);
    meter.count += 1;
    if (meter.over) this.handled.end();
  }
}

export function open(program: Program, addresses: readonly string[]): Round {
  const { task, size, transport, window, parts = 1, connections = 1 } = program;
  const { mark = highWaterMark(size) } = program;
  const factory = new ZmqFactory(
    transport === "inproc"
      ? { shared: true }
      : connections > 1
        ? { maxSockets: MAX_SOCKETS }
        : undefined,
  );
  const endpoint = addresses.map((address) => ZmqEndpoint.connect(address));
  const body = Buffer.alloc(size, 1);
  const message = parts === 1 ? body : new Array<Buffer>(parts).fill(body);
  const sendHighWaterMark = mark;
  const receiveHighWaterMark = mark;

  switch (task) {
    case "receive-handler": {
      const handled = new Handled();
      for (let i = 0; i < connections; i += 1) {
        const pull = new ZmqHandler(factory, endpoint, { receiveHighWaterMark });
        pull.handled = handled;
        handled.add(pull);
      }
      return (meter) => handled.run(meter);
    }
    case "receive-iterator": {
      const pull = new ZmqPullConnection(factory, endpoint, { receiveHighWaterMark });
      return async (meter) => {
        for await (const frames of pull) {
          handle(frames, meter);
          if (meter.over) return;
        }
      };
    }
    case "receive": {
      const pull = new ZmqPullConnection(factory, endpoint, { receiveHighWaterMark });
      return async (meter) => {
        while (!meter.over) {
          const frames = await pull.receive();
          handle(frames, meter);
        }
      };
    }
    case "send": {
      const push = new ZmqPushConnection(factory, endpoint, { sendHighWaterMark });
      return async (meter) => {
        while (!meter.over) {
          await push.send(message);
          meter.count += 1;
        }
      };
    }
    case "publish": {
      const pub = new ZmqPubConnection(factory, endpoint, { sendHighWaterMark });
      return async (meter) => {
        while (!meter.over) {
          await pub.publish(body, "tag");
          meter.count += 1;
        }
      };
    }
    case "req": {
      const req = new ZmqReqConnection(factory, endpoint);
      return async (meter) => {
        while (!meter.over) {
          await req.send(body);
          await req.receive();
          meter.count += 1;
        }
      };
    }
    case "rep": {
      const rep = new ZmqRepConnection(factory, endpoint);
      return async (meter) => {
        while (!meter.over) {
          await rep.send(await rep.receive());
          meter.count += 1;
        }
      };
    }
    case "xreq": {
      // What is in flight at the end of a round still is at the begin of the next.
      const xreq = new ZmqXREQConnection(factory, endpoint, {
        sendHighWaterMark,
        receiveHighWaterMark,
      });
      let current = new Meter();
      let ended = (): void => undefined;
      let due = window;
      const ask = async (): Promise<void> => {
        for (;;) {
          await xreq.sendMsg(body);
          current.count += 1;
          if (!current.over) continue;
          xreq.pause();
          ended();
        }
      };
      return (meter) =>
        new Promise((resolve) => {
          current = meter;
          ended = resolve;
          xreq.resume();
          for (; due > 0; due -= 1) void ask();
        });
    }
    case "xrep": {
      const xrep = new ZmqServer(factory, endpoint);
      xrep.handled.add(xrep);
      return (meter) => xrep.handled.run(meter);
    }
    default:
      throw new Error(`tx0mq has no ${task}`);
  }
}

function handle(frames: Message, meter: Meter): void {
  if (frames.length > 0) meter.count += 1;
}
