import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Context } from "./context.js";
import { ProtocolError } from "./protocol/message.js";
import { Probe } from "./testing/probe.js";

/** A handler that answers all requests so, and its context. @param reply makes frames of the request's id */
function handled(t: TestContext, reply: (id: string) => readonly string[]): Context {
  const context = new Context({ shared: false });
  const handler = new Probe(context, "DEALER");
  t.after(() => handler.close());
  handler.bind("inproc://zeromq.zap.01");
  void handler.next().then(([, , id = ""]) => handler.send(...reply(id)));
  return context;
}

function ask(context: Context) {
  const authenticate = context.zap.authenticator({ zapDomain: "all" }, "NULL", "127.0.0.1");
  return authenticate?.("NULL", [], new AbortController().signal);
}

test("the handler's reply is read", async (t) => {
  const context = handled(t, (id) => ["", "1.0", id, "200", "OK", "joe", ""]);
  assert.equal((await ask(context))?.userId, "joe");
});

for (const [what, reply] of Object.entries({
  "without the empty frame": (id: string) => ["1.0", id, "200", "OK", "joe", ""],
  "of another version": (id: string) => ["", "2.0", id, "200", "OK", "joe", ""],
  "with another status": (id: string) => ["", "1.0", id, "201", "OK", "joe", ""],
  "with too few frames": (id: string) => ["", "1.0", id, "200", "OK"],
  "with malformed metadata": (id: string) => ["", "1.0", id, "200", "OK", "joe", "\x05ab"],
})) {
  test(`a reply ${what} is a failure of the protocol`, async (t) => {
    await assert.rejects(async () => ask(handled(t, reply)), ProtocolError);
  });
}

test("a client whose reply is malformed gets no ERROR, and comes again", async (t) => {
  const context = handled(t, (id) => ["", "1.0", id, "201", "OK", "joe", ""]);
  const server = new Probe(context, "PULL", { plainServer: true });
  const client = new Probe(context, "PUSH", { plainUsername: "u", plainPassword: "p" });
  t.after(() => Promise.all([server.close(), client.close()]));
  for (const probe of [server, client]) probe.socket.monitor();
  client.connect(server.bind("tcp://127.0.0.1:*"));
  await client.until(() => client.types("connect:retry").length > 0);
  const failures = ["handshake:error:protocol", "handshake:error:auth"];
  assert.deepEqual(server.types(...failures), ["handshake:error:protocol"]);
  assert.deepEqual(client.types(...failures), []);
});
