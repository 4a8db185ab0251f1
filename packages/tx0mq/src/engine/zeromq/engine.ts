/** The engine on the `zeromq` package, which brings libzmq. */
import type { Engine } from "../engine.js";
import { binding } from "./binding.js";
import { createContext } from "./context.js";

/** The binding does not ask libzmq for WebSockets. They take a context to find out: that of the next factory. */
let hasWebSockets: boolean | undefined;

function askForWebSockets(): boolean {
  const context = createContext({ shared: false });
  try {
    return context.has("ws");
  } finally {
    context.release();
  }
}

export const zeromqEngine: Engine = {
  get zmqVersion() {
    return binding().version;
  },
  has(name) {
    if (name === "ws") {
      hasWebSockets ??= askForWebSockets();
      return hasWebSockets;
    }
    return (binding().capability as Readonly<Record<string, boolean | undefined>>)[name] === true;
  },
  createContext,
};
