/** The measured programs on bare `zeromq`, as its documentation would have them. */
import { Publisher, Pull, Push, Reply, Request } from "zeromq";
import type { Meter, Round } from "./meter.ts";
import { highWaterMark, type Program } from "./rows.ts";

export function open({ task, size }: Program, address: string): Round {
  const message = Buffer.alloc(size, 1);
  const sendHighWaterMark = highWaterMark(size);
  const receiveHighWaterMark = sendHighWaterMark;

  switch (task) {
    case "receive-handler": {
      const pull = new Pull({ receiveHighWaterMark });
      pull.connect(address);
      return async (meter) => {
        for (;;) {
          handle(await pull.receive(), meter);
          if (meter.over) return;
        }
      };
    }
    case "receive-iterator": {
      const pull = new Pull({ receiveHighWaterMark });
      pull.connect(address);
      return async (meter) => {
        for await (const frames of pull) {
          handle(frames, meter);
          if (meter.over) return;
        }
      };
    }
    case "receive": {
      const pull = new Pull({ receiveHighWaterMark });
      pull.connect(address);
      return async (meter) => {
        while (!meter.over) {
          const frames = await pull.receive();
          handle(frames, meter);
        }
      };
    }
    case "send": {
      const push = new Push({ sendHighWaterMark });
      push.connect(address);
      return async (meter) => {
        while (!meter.over) {
          await push.send(message);
          meter.count += 1;
        }
      };
    }
    case "publish": {
      const pub = new Publisher({ sendHighWaterMark });
      pub.connect(address);
      return async (meter) => {
        while (!meter.over) {
          await pub.send(["tag", message]);
          meter.count += 1;
        }
      };
    }
    case "req": {
      const req = new Request();
      req.connect(address);
      return async (meter) => {
        while (!meter.over) {
          await req.send(message);
          await req.receive();
          meter.count += 1;
        }
      };
    }
    case "rep": {
      const rep = new Reply();
      rep.connect(address);
      return async (meter) => {
        while (!meter.over) {
          await rep.send(await rep.receive());
          meter.count += 1;
        }
      };
    }
    default:
      throw new Error(`bare zeromq has no ${task}`);
  }
}

function handle(frames: Buffer[], meter: Meter): void {
  if (frames.length === 1) meter.count += 1;
}
