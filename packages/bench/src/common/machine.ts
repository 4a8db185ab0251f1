import { createRequire } from "node:module";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** What the figures were measured on. */
export type Machine = Readonly<Record<string, string | number>>;

export function machine(): Machine {
  const require = createRequire(import.meta.url);
  return {
    node: process.version,
    tx0mq: require("tx0mq/package.json").version,
    zeromq: require("zeromq/package.json").version,
    libzmq: require("zeromq").version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release().split("-", 1)[0] ?? "",
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    "memory GiB": Math.round(totalmem() / 2 ** 30),
  };
}

export function describe(machine: Machine): string {
  return Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}
