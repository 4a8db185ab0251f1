import assert from "node:assert/strict";
import { test } from "node:test";
import { WebHandshakes } from "./web-handshakes.js";

const ADDRESS = "ws://127.0.0.1:5555/";

/** How many of the handshakes are those of ZMTP, less those that turned out to be none. */
function told(types: string, address: string = ADDRESS): number {
  const handshakes = new WebHandshakes();
  let count = 0;
  for (const type of types.split(" ")) {
    for (const event of handshakes.toTell({ type, address })) {
      if (event.type === "handshake") count += 1;
      else if (event.type !== type) count -= 1;
    }
  }
  return count;
}

void test("over ws:// each connection has two handshakes, and the second is told", () => {
  assert.equal(told("connect handshake"), 0);
  assert.equal(told("connect handshake handshake"), 1);
  assert.equal(told("accept handshake handshake accept handshake handshake"), 2);
  assert.equal(told("accept accept handshake handshake handshake handshake"), 2);
  assert.equal(told("accept handshake handshake", "tcp://127.0.0.1:5555"), 2);
});

void test("a connection that fails at either handshake leaves the others their own", () => {
  const late = "accept handshake handshake:error:auth";
  const early = "accept handshake:error:protocol";
  assert.equal(told(`${late} ${late} accept handshake handshake`), 1);
  assert.equal(told(`${early} ${early} accept handshake handshake`), 1);
  assert.equal(told("accept accept handshake handshake:error:auth handshake handshake"), 1);
});

void test("who was told early is told to have gone, if it is refused", () => {
  const two = "accept accept handshake handshake";
  const refused = "handshake:error:auth";
  assert.equal(told(`${two} ${refused}`), 0);
  assert.equal(told(`${two} ${refused} handshake`), 1);
  assert.equal(told(`${two} ${refused} ${refused}`), 0);
  assert.equal(told(`${two} ${refused} ${refused} accept handshake handshake`), 1);
  assert.equal(told(`accept ${two} handshake ${refused} handshake ${refused}`), 1);
});

void test("a client that is refused without a word begins anew", () => {
  assert.equal(told("connect handshake disconnect connect handshake disconnect"), 0);
  assert.equal(told("connect handshake disconnect connect handshake handshake"), 1);
});
