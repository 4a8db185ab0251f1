/* Has a listener, a connection, an attempt and a dialer that waits, and still ends by itself. */
import { Dialer } from "../transports/reconnect.js";
import type { Transport } from "../transports/transport.js";
import { TRANSPORTS } from "../transports/transports.js";
import { pair } from "./streams.js";

const name = process.argv[2] ?? "tcp";
const transport = TRANSPORTS.get(name) as Transport;
const place = name === "ipc" ? "*" : "127.0.0.1:*";
const { listening, client } = await pair(transport, place);
client.stream.pause();
if (name !== "ws") listening.accepted[0]?.stream.write([Buffer.from("nobody reads this")]);
const told = {
  ...{ connected() {}, delayed() {}, closed() {}, refused() {} },
  ...{ retried() {}, gaveUp() {} },
};
new Dialer(transport, listening.place, {}, told).lost();
process.on("exit", () => {
  console.log("ended", client.ends);
  void listening.listener.close(); // an ipc file is to go
});
