import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { Facts } from "../testing/streams.js";
import type { Place } from "./tcp.js";
import { UdpSocket } from "./udp.js";

const HOST = "127.0.0.1";

/** All that a UDP socket tells. */
class Box extends Facts {
  readonly got: string[] = [];
  from: Place | undefined;
  sends = 0;

  received(datagram: Buffer, from: Place): void {
    this.got.push(datagram.toString());
    this.from = from;
    this.changed();
  }

  sent(): void {
    this.sends += 1;
    this.changed();
  }
}

function open(t: TestContext, how: "bind" | "connect", place: string, options = {}) {
  const box = new Box();
  const socket = UdpSocket[how](place, options, box);
  t.after(() => socket.close());
  return { box, socket, port: Number(socket.address.split(":").at(-1)) };
}

test("an address is bound at once, and free at once", (t) => {
  const { socket } = open(t, "bind", `${HOST}:*`);
  assert.match(socket.address, /^127\.0\.0\.1:[1-9]\d*$/);
  socket.close();
  const again = open(t, "bind", socket.address);
  assert.equal(again.socket.address, socket.address);
});

test("one that somebody has for himself is in use", async (t) => {
  const other = createSocket("udp4");
  other.bind(0, HOST);
  await once(other, "listening");
  t.after(() => other.close());
  const place = `${HOST}:${other.address().port}`;
  assert.throws(() => open(t, "bind", place), { code: "EADDRINUSE" });
});

test("places that are none are refused", (t) => {
  const wrong: [how: "bind" | "connect", place: string, code: string][] = [
    ["bind", HOST, "EINVAL"],
    ["bind", `${HOST}:x`, "EINVAL"],
    ["bind", `${HOST}:65536`, "EINVAL"],
    ["bind", "192.0.2.1:*", "EADDRNOTAVAIL"],
    ["bind", "nowhere:5555", "ENODEV"],
    ["bind", `nowhere;239.1.2.3:5555`, "ENODEV"],
    ["bind", `${HOST};${HOST}:5555`, "EINVAL"],
    ["connect", `${HOST}:*`, "EINVAL"],
    ["connect", `${HOST}:0`, "EINVAL"],
    ["connect", "*:5555", "EINVAL"],
  ];
  for (const [how, place, code] of wrong) {
    assert.throws(() => open(t, how, place), { code }, `${how} ${place}`);
  }
});

test("datagrams go to the place, or to another, and tell where they come from", async (t) => {
  const [one, other] = [open(t, "bind", `${HOST}:*`), open(t, "bind", `*:*`)];
  const { socket, box } = open(t, "connect", one.socket.address);
  socket.send([Buffer.from("in "), Buffer.from("pieces")]);
  socket.send([], { host: HOST, port: other.port });
  assert.equal(socket.waiting, 2);
  await one.box.until(() => one.box.got.length > 0);
  await other.box.until(() => other.box.got.length > 0);
  assert.deepEqual([one.box.got, other.box.got], [["in pieces"], [""]]);
  assert.equal(one.box.from?.host, HOST);
  await box.until(() => box.sends === 2 && socket.waiting === 0);
});

test("what cannot be sent is lost, and nothing else", async (t) => {
  const { socket, box, port } = open(t, "bind", `${HOST}:*`);
  socket.send([Buffer.alloc(70_000)]);
  socket.send([Buffer.from("x")], { host: "::1", port });
  socket.send([Buffer.from("x")], { host: "x".repeat(300), port }); // no name: nobody is asked
  await box.until(() => box.sends === 3);
  socket.send([Buffer.from("after")]);
  await box.until(() => box.got.length > 0);
  assert.deepEqual(box.got, ["after"]);
  socket.close();
  socket.send([Buffer.from("late")]);
});

test("a name is looked up", async (t) => {
  const { box, port } = open(t, "bind", `${HOST}:*`);
  const { socket } = open(t, "connect", `localhost:${port}`);
  for (const text of ["first", "second"]) {
    socket.send([Buffer.from(text)]);
    await box.until(() => box.got.at(-1) === text);
  }
});

test("all who share a group and a port get what comes", async (t) => {
  const one = open(t, "bind", `${HOST};239.255.77.1:*`);
  assert.equal(one.socket.address, `239.255.77.1:${one.port}`);
  const place = `${HOST};${one.socket.address}`;
  const other = open(t, "bind", place);
  const { socket } = open(t, "connect", place, { multicastHops: 2 });
  socket.send([Buffer.from("to all")]);
  for (const { box } of [one, other]) {
    await box.until(() => box.got.length > 0);
    assert.deepEqual(box.got, ["to all"]);
  }
});
