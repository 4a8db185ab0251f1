// Clone client, model six: sets a random key under /client/ each second, by the clone API. It follows the
// server on tcp://localhost:5556 or, when that is silent, the one on tcp://localhost:5566.

import { randomInt } from "node:crypto";
import { ZmqFactory } from "tx0mq";
import { flags } from "tx0mq/flags";
import { digest } from "../key-value-message/digest.ts";
import { Clone } from "./clone.ts";

const { server, subtree, keys, ttl, interval, silence } = flags({
  server: ["tcp://localhost:5556", "tcp://localhost:5566"],
  subtree: "/client/",
  keys: 10_000,
  ttl: 30, // the longest, in seconds; 0 is for ever
  interval: 1000,
  silence: 5000, // ms
});

const factory = new ZmqFactory();
factory.registerForShutdown();
const clone = new Clone(factory, server, { subtree, silence });
console.log(`clonecli6 looks for a server: ${server.join(", ")} (Ctrl-C ends it)`);

const map = () => `${clone.kvmap.size} keys, digest ${digest(clone.kvmap)}`;
clone.on("heard", (where) => console.log(`I: waiting for the state of ${where}`));
clone.on("silent", (where) => console.log(`I: no answer from ${where}`));
clone.on("synchronized", (where, sequence) =>
  console.log(`I: received snapshot=${sequence} from ${where}: ${map()}`),
);
clone.on("update", ({ sequence, body }) =>
  console.log(`I: received ${body.length > 0 ? "update" : "delete"}=${sequence}: ${map()}`),
);

setInterval(() => {
  const key = `${subtree}${randomInt(1, keys + 1)}`;
  clone.set(key, `${randomInt(1, 1_000_001)}`, { ttl: randomInt(ttl + 1) });
}, interval);
