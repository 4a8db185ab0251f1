// Decentralized chat: says each line that you type by an XPUB, bound to port 9000 of an interface, and
// hears others by a SUB, connected to port 9000 of all 254 addresses around. There is no server.

import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const interfaces = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.filter(({ family }) => family === "IPv4").map((address) => ({ name, ...address })),
);
const first = interfaces.find(({ internal }) => !internal) ?? interfaces[0];

const { port, retry, ...argument } = flags(
  { port: 9000, retry: 1000 },
  { interface: first?.name ?? "", user: process.env.USER ?? "anonymous" },
);
const found = interfaces.find(({ name }) => name === argument.interface);
const address = found?.address ?? argument.interface; // an address does as well
if (!isIPv4(address)) {
  console.error(`dechat: no interface ${argument.interface} with an IPv4 address`);
  process.exit(2);
}
const subnet = address.slice(0, address.lastIndexOf("."));

const factory = new ZmqFactory();
factory.registerForShutdown();
const endpoint = { bind: `tcp://${address}:${port}` };
const speaker = new ZmqXPubConnection(factory, endpoint, { verboser: true });
console.log(`starting chat on ${address}:${port} (${subnet}.*)`);

let listeners = 0;
speaker.on("message", ([subscription]) => {
  if (subscription[0] === 1) listeners += 1;
  else if (subscription[0] === 0) listeners -= 1;
  console.log(`(heard by ${listeners})`);
});

const others = Array.from({ length: 254 }, (_, index) => `${subnet}.${index + 1}`)
  .filter((other) => other !== address)
  .map((other) => ({ connect: `tcp://${other}:${port}` }));
const listener = new ZmqSubConnection(factory, others, { reconnectInterval: retry });
listener.subscribe();
listener.on("message", ([line]) => console.log(String(line)));

for await (const line of createInterface({ input: process.stdin })) {
  await speaker.send(`${argument.user}: ${line}`);
}
await factory.shutdown();
