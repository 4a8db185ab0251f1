import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, test } from "node:test";
import { endsOn, type Program, refuses, Stage } from "@tx0mq/smoke";
import { ZmqFactory, ZmqRouterConnection } from "tx0mq";

const LIMIT = { timeout: 60_000 }; // for what never comes
const SERVER = ["--faultless", "--work", "50"];

describe("lazy pirate", { concurrency: true }, () => {
  test("a server freezes, dies and comes back: each request has its reply, once", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", await stage.tcp()];
    const client = stage.start("lpclient", [...endpoint, "--timeout", "1000", "--tries", "60"]);
    const first = stage.start("lpserver", [...endpoint, ...SERVER]);

    await client.line(/^Server replied OK \(2\)$/);
    first.kill("SIGSTOP");
    await client.line(/^Resending/);
    first.kill("SIGCONT"); // it replies to the request that was given up as well
    const resumed = replies(client);
    await client.line(new RegExp(`^Server replied OK \\(${resumed + 3}\\)$`));

    first.kill("SIGKILL");
    await client.line(/^Resending/);
    stage.start("lpserver", [...endpoint, ...SERVER]);
    const revived = replies(client);
    await client.line(new RegExp(`^Server replied OK \\(${revived + 3}\\)$`));
    await endsOn("SIGINT", client);
    assert.deepEqual(
      client.lines.filter((line) => line.startsWith("Server replied")),
      Array.from({ length: replies(client) }, (_, n) => `Server replied OK (${n})`),
    );
    assert.deepEqual(client.errors, []);
  });

  test("when a server is gone for good, the client abandons it after three tries", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("server")];
    const server = stage.start("lpserver", [...endpoint, ...SERVER]);
    await server.line(/listening/);
    const client = stage.start("lpclient", [...endpoint, "--timeout", "1000"]);
    await client.line(/^Server replied OK \(2\)$/);
    server.kill("SIGKILL");
    assert.deepEqual(await client.exit(), { code: 1, signal: null });
    const lost = replies(client);
    assert.deepEqual(client.lines.slice(-7), [
      ...[`Sending ${lost}`, "No response from server"],
      ...[`Resending ${lost}`, "No response from server"],
      ...[`Resending ${lost}`, "No response from server"],
      "The server seems to be offline, abandoning",
    ]);
    assert.deepEqual(client.errors, []);
  });

  test("a wrong reply is none: the client asks again, on a new socket", async (t) => {
    const stage = new Stage(t, import.meta.url);
    await using factory = new ZmqFactory();
    const server = new ZmqRouterConnection(factory);
    const left = once(server, "disconnected", { signal: AbortSignal.timeout(60_000) });
    server.addEndpoints({ bind: stage.ipc("server") });
    const client = stage.start("lpclient", [
      ...["--endpoint", stage.ipc("server"), "--timeout", "60000", "--count", "1"],
    ]);
    const [first, ...request] = await server.receive(LIMIT);
    await server.send([first, "", "1"]);
    const [second, ...again] = await server.receive(LIMIT);
    await left; // the first socket
    assert.deepEqual(again, request);
    await server.send([second, ...again]);
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.deepEqual(client.lines.slice(1), [
      ...["Sending 0", "Wrong reply: 1", "Resending 0", "Server replied OK (0)"],
    ]);
  });

  test("the server simulates faults; Ctrl-C and a wrong flag end the client", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const endpoint = ["--endpoint", stage.ipc("server")];
    const server = stage.start("lpserver", [...endpoint, "--work", "0", "--overload", "0"]);
    const client = stage.start("lpclient", [...endpoint, "--tries", "60"]);
    assert.deepEqual(await server.exit(), { code: 0, signal: null });
    assert.equal(server.lines.at(-1), "Simulating a crash");
    await refuses(stage.start("lpclient", ["--tries", "many"]), /^lpclient: --tries is a whole/);
    await endsOn("SIGINT", client);
  });
});

/** How many replies the client has got. */
function replies({ lines }: Program): number {
  return lines.filter((line) => line.startsWith("Server replied")).length;
}
