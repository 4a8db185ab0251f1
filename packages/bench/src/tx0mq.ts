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
import { highWaterMark, type Program } from "./rows.ts";

/** A connection that handles messages only while a round is running. */
class Handled {
  meter = new Meter();
  ended: () => void = () => undefined;

  run(connection: ZmqHandler | ZmqServer, meter: Meter): Promise<void> {
    this.meter = meter;
    return new Promise((resolve) => {
      this.ended = resolve;
      connection.resume();
    });
  }
}

class ZmqHandler extends ZmqPullConnection {
  readonly round = new Handled();

  override messageReceived(frames: Message): void {
    const { meter } = this.round;
    handle(frames, meter);
    if (!meter.over) return;
    this.pause();
    this.round.ended();
  }
}

class ZmqServer extends ZmqXREPConnection {
  readonly round = new Handled();

  override gotMessage(id: RequestId, ...parts: Message): void {
    const { meter } = this.round;
    void this.reply(id, ...parts);
    meter.count += 1;
    if (!meter.over) return;
    this.pause();
    this.round.ended();
  }
}

export function open({ task, size, transport, window }: Program, address: string): Round {
  const factory = new ZmqFactory({ shared: transport === "inproc" });
  const endpoint = ZmqEndpoint.connect(address);
  const message = Buffer.alloc(size, 1);
  const sendHighWaterMark = highWaterMark(size);
  const receiveHighWaterMark = sendHighWaterMark;

  switch (task) {
    case "receive-handler": {
      const pull = new ZmqHandler(factory, endpoint, { receiveHighWaterMark });
      pull.pause();
      return (meter) => pull.round.run(pull, meter);
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
          await pub.publish(message, "tag");
          meter.count += 1;
        }
      };
    }
    case "req": {
      const req = new ZmqReqConnection(factory, endpoint);
      return async (meter) => {
        while (!meter.over) {
          await req.send(message);
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
      const xreq = new ZmqXREQConnection(factory, endpoint);
      const ask = async (meter: Meter): Promise<void> => {
        while (!meter.over) {
          await xreq.sendMsg(message);
          meter.count += 1;
        }
      };
      return async (meter) => {
        await Promise.all(Array.from({ length: window }, () => ask(meter)));
      };
    }
    case "xrep": {
      const xrep = new ZmqServer(factory, endpoint);
      xrep.pause();
      return (meter) => xrep.round.run(xrep, meter);
    }
  }
}

function handle(frames: Message, meter: Meter): void {
  if (frames.length === 1) meter.count += 1;
}
