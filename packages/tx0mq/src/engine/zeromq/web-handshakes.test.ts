import assert from "node:assert/strict";
import { test } from "node:test";
import { WebHandshakes } from "./web-handshakes.js";

const ADDRESS = "ws://127.0.0.1:5555/";

/** How many of the handshakes are those of ZMTP. */
function told(types: string, address: string = ADDRESS): number {
  const handshakes = new WebHandshakes();
  const isTold = (type: string): boolean =>
    !handshakes.isHalf({ type, address }) && type === "handshake";
  return types.split(" ").filter(isTold).length;
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
  assert.equal(told("accept accept handshake handshake handshake:error:other"), 1);
});

void test("a client that is refused without a word begins anew", () => {
  assert.equal(told("connect handshake disconnect connect handshake disconnect"), 0);
  assert.equal(told("connect handshake disconnect connect handshake handshake"), 1);
});
