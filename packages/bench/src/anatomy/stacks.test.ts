import assert from "node:assert/strict";
import { test } from "node:test";
import { countParts, partOf } from "./stacks.ts";

const RECEIVE = [
  "zmq::Socket::Receive",
  "Builtins_CallApiCallback",
  "JS:*#arrived file:///tx0mq/dist/x.js",
];

test("memory counts for what it was asked for", () => {
  assert.equal(partOf(["malloc", "node::Buffer::Copy", ...RECEIVE]), "buffer");
  assert.equal(partOf(["malloc", "napi_create_promise", ...RECEIVE]), "promise");
});

test("the innermost frame that is known decides", () => {
  assert.equal(partOf(["zmq::pipe_t::read", "zmq_msg_recv", ...RECEIVE]), "libzmq");
  assert.equal(partOf(RECEIVE), "call into the binding");
  assert.equal(partOf(RECEIVE.slice(2)), "library and handler");
  assert.equal(partOf(["epoll_wait", "uv_run"]), "event loop and the rest");
});

test("a paragraph is a stack", () => {
  const parts = countParts("  12ab zmq_msg_recv\n  99 zmq::Socket::Receive\n\n  7f00 uv_run\n\n");
  assert.equal(parts.get("libzmq"), 1);
  assert.equal(parts.get("event loop and the rest"), 1);
});
