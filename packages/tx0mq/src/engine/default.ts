import { ZmqOptionError } from "../errors.js";
import type { Engine } from "./engine.js";
import { require } from "./require.js";
import { zeromqEngine } from "./zeromq/engine.js";

/** The packages of other engines. Each exports its engine under the engine's name. */
const PACKAGES: Readonly<Record<string, string>> = { zmtp: "@tx0mq/zmtp" };

/**
 * The engine of a process: the `zeromq` package, unless the environment variable `TX0MQ_ENGINE` names another.
 *
 * @throws {ZmqOptionError} for an unknown name, or a package that is not installed
 */
export function defaultEngine(): Engine {
  const { TX0MQ_ENGINE: name = "" } = process.env;
  if (name === "" || name === "zeromq") return zeromqEngine;
  const from = PACKAGES[name];
  if (from === undefined) {
    throw new ZmqOptionError("engine", `TX0MQ_ENGINE is zeromq or zmtp, not ${name}`);
  }
  try {
    const engines = require(from) as Record<string, Engine>;
    return engines[name] as Engine;
  } catch (error) {
    // If the package is there, but something that it needs is not, the error says so.
    if (!(error as Error).message.startsWith(`Cannot find module '${from}'`)) throw error;
    throw new ZmqOptionError(
      "engine",
      `TX0MQ_ENGINE=${name} needs the package ${from}: npm install ${from}`,
    );
  }
}
