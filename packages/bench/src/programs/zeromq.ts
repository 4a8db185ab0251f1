/** The measured programs on bare `zeromq`, as its documentation would have them. */
import { Context, Dealer, Publisher, Pull, Push, Reply, Request } from "zeromq";
import type { Meter, Round } from "./meter.ts";
import { highWaterMark, MAX_SOCKETS, type Program } from "./program.ts";

/** Many sockets, each with a loop of its own, that handle messages only while a round is running. */
class Loops {
  #meter: Meter | undefined;
  #begin: () => void = () => undefined;
  #end: () => void = () => undefined;
  #begun = new Promise<void>((resolve) => {
    this.#begin = resolve;
  });

  run(meter: Meter): Promise<void> {
    this.#meter = meter;
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.#begin();
    return ended;
  }

  async read(pull: Pull): Promise<void> {
    for (;;) {
      const frames = await pull.receive();
      if (this.#meter === undefined) await this.#begun;
      const meter = this.#meter as Meter | undefined;
      if (meter === undefined) continue;
      handle(frames, meter);
      if (meter.over) this.#rest();
    }
  }

  #rest(): void {
    this.#meter = undefined;
    this.#begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#end();
  }
}

export function open(program: Program, addresses: readonly string[]): Round {
  const { task, size, parts = 1, window, connections = 1 } = program;
  const { mark = highWaterMark(size) } = program;
  const body = Buffer.alloc(size, 1);
  const message = parts === 1 ? body : new Array<Buffer>(parts).fill(body);
  const sendHighWaterMark = mark;
  const receiveHighWaterMark = mark;
  const connected = <S extends { connect(address: string): void }>(socket: S): S => {
    for (const address of addresses) socket.connect(address);
    return socket;
  };

  switch (task) {
    case "receive-handler": {
      if (connections > 1) {
        const loops = new Loops();
        const many = new Context({ maxSockets: MAX_SOCKETS });
        for (let i = 0; i < connections; i += 1) {
          void loops.read(connected(new Pull({ receiveHighWaterMark, context: many })));
        }
        return (meter) => loops.run(meter);
      }
      const pull = connected(new Pull({ receiveHighWaterMark }));
      return async (meter) => {
        for (;;) {
          handle(await pull.receive(), meter);
          if (meter.over) return;
        }
      };
    }
    case "receive-iterator": {
      const pull = connected(new Pull({ receiveHighWaterMark }));
      return async (meter) => {
        for await (const frames of pull) {
          handle(frames, meter);
          if (meter.over) return;
        }
      };
    }
    case "receive": {
      const pull = connected(new Pull({ receiveHighWaterMark }));
      return async (meter) => {
        while (!meter.over) {
          const frames = await pull.receive();
          handle(frames, meter);
        }
      };
    }
    case "send": {
      const push = connected(new Push({ sendHighWaterMark }));
      return async (meter) => {
        while (!meter.over) {
          await push.send(message);
          meter.count += 1;
        }
      };
    }
    case "publish": {
      const pub = connected(new Publisher({ sendHighWaterMark }));
      return async (meter) => {
        while (!meter.over) {
          await pub.send(["tag", body]);
          meter.count += 1;
        }
      };
    }
    case "req": {
      const req = connected(new Request());
      return async (meter) => {
        while (!meter.over) {
          await req.send(body);
          await req.receive();
          meter.count += 1;
        }
      };
    }
    case "rep": {
      const rep = connected(new Reply());
      return async (meter) => {
        while (!meter.over) {
          await rep.send(await rep.receive());
          meter.count += 1;
        }
      };
    }
    case "dealer": {
      // Keeps requests in flight without telling which reply belongs to which.
      const dealer = connected(new Dealer({ sendHighWaterMark, receiveHighWaterMark }));
      const request = ["", body];
      let due = window;
      return async (meter) => {
        for (; due > 0; due -= 1) await dealer.send(request);
        while (!meter.over) {
          await dealer.receive();
          await dealer.send(request);
          meter.count += 1;
        }
      };
    }
    default:
      throw new Error(`bare zeromq has no ${task}`);
  }
}

function handle(frames: Buffer[], meter: Meter): void {
  if (frames.length > 0) meter.count += 1;
}
