// Decentralized chat: says each line that you type by an XPUB, bound to port 9000 of an interface, and
// hears others by a SUB, connected to port 9000 of all 254 addresses around. There is no server.

import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";
import { flags } from "tx0mq/flags";

const { port, retry, ...argument } = flags(
  { port: 9000, retry: 1000 },
  { interface: firstInterface(), user: process.env.USER ?? "anonymous" },
);
const address = addressOf(argument.interface);
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

const listener = new ZmqSubConnection(factory, [], { reconnectInterval: retry });
listener.subscribe();
for (let host = 1; host <= 254; host++) {
  const other = `${subnet}.${host}`;
  if (other !== address) listener.addEndpoints({ connect: `tcp://${other}:${port}` });
}
// A line of the C original ends with a newline.
listener.on("message", ([line]) => console.log(String(line).trimEnd()));

for await (const line of createInterface({ input: process.stdin })) {
  await speaker.send(`${argument.user}: ${line}`);
}
await factory.shutdown();

function firstInterface(): string {
  const all = interfaces();
  const first = all.find(({ internal }) => !internal) ?? all[0];
  return first?.name ?? "";
}

/** An address stands for itself. */
function addressOf(name: string): string {
  const found = interfaces().find((one) => one.name === name);
  const address = found?.address ?? name;
  if (isIPv4(address)) return address;
  console.error(`dechat: no interface ${name} with an IPv4 address`);
  process.exit(2);
}

/** The IPv4 addresses of this machine, each with the name of its interface. */
function interfaces() {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === "IPv4").map((address) => ({ name, ...address })),
  );
}
