/** The engine on the `zeromq` package, which brings libzmq. */
import type { Engine } from "../engine.js";
import { curveKeyPair, version } from "./binding.js";
import { createContext } from "./context.js";
import { ZeromqProxy } from "./proxy.js";
import type { ZeromqSocket } from "./socket.js";

export const zeromqEngine: Engine = {
  zmqVersion: version,
  curveKeyPair,
  createContext,
  proxy: (frontend, backend) => new ZeromqProxy(frontend as ZeromqSocket, backend as ZeromqSocket),
};
