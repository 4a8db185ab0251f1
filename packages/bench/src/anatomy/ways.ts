/** Ways to drive the binding's `receive()`, each a program of the same command line as the others. */
import { Pull } from "zeromq";
import type { Meter, Round } from "../programs/meter.ts";
import { highWaterMark } from "../programs/program.ts";

/** After so many messages the event loop gets a turn. */
const BURST = 512;
const AT_ONCE = 16;

type Way = (pull: Pull, meter: Meter, done: () => void) => void | Promise<void>;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const WAYS: Readonly<Record<string, Way>> = {
  "await, with libzmq asked first": async (pull, meter, done) => {
    while (!meter.over) {
      await pull.receive();
      meter.count += 1;
    }
    done();
  },
  "await, without asking": async (pull, meter, done) => {
    pull.receiveTimeout = 0;
    while (!meter.over) {
      for (let i = 0; i < BURST; i += 1) {
        try {
          await pull.receive();
        } catch {
          break;
        }
        meter.count += 1;
      }
      await turn();
    }
    done();
  },
  "then(), without asking": (pull, meter, done) => {
    pull.receiveTimeout = 0;
    let burst = 0;
    const arrived = (): void => {
      meter.count += 1;
      next();
    };
    const next = (): void => {
      if (meter.over) done();
      else if (++burst > BURST) setImmediate(again);
      else pull.receive().then(arrived, nothing);
    };
    const again = (): void => {
      burst = 0;
      next();
    };
    const nothing = (): void => void setImmediate(again);
    next();
  },
  "16 receives at once, without asking": (pull, meter, done) => {
    pull.receiveTimeout = 0;
    const arrived = (): void => {
      meter.count += 1;
    };
    const nothing = (): void => undefined;
    const next = (): void => {
      if (meter.over) done();
      else {
        for (let i = 0; i < AT_ONCE; i += 1) {
          const received = pull.receive();
          if (i < AT_ONCE - 1) received.then(arrived, nothing);
          else received.then(more, again);
        }
      }
    };
    let burst = 0;
    const more = (): void => {
      meter.count += 1;
      burst += AT_ONCE;
      if (burst < BURST) next();
      else again();
    };
    const again = (): void => {
      burst = 0;
      setImmediate(next);
    };
    next();
  },
};

export function open(way: string, addresses: readonly string[], size: number): Round {
  const pull = new Pull({ receiveHighWaterMark: highWaterMark(size) });
  for (const address of addresses) pull.connect(address);
  const drive = WAYS[way];
  if (drive === undefined) throw new Error(`no way "${way}"`);
  return (meter) => new Promise((resolve) => void drive(pull, meter, resolve));
}
