import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, refuses, Stage } from "@tx0mq/smoke";
import { ZmqEndpoint, ZmqFactory, ZmqSubConnection, ZmqXPubConnection } from "tx0mq";

const ANYWHERE = "tcp://127.0.0.1:*";
const UPDATE = /^(00999|01000|01001) (-?\d+) (\d+)$/;

test("the averages are those of what the server published", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const server = stage.start("wuserver", ["--endpoint", ANYWHERE, "--zipcodes", "00999-01001"]);
  const [, address = ""] = await server.line(/listening on (\S+)/);

  // The clients get the server's updates through this test, which sees whether they have subscribed.
  await using factory = new ZmqFactory();
  const relay = new ZmqXPubConnection(factory, ZmqEndpoint.bind(stage.ipc("relay")));
  const single = stage.start("wuclient", ["00999", "--endpoint", stage.ipc("relay")]);
  const parallel = stage.start("wuclient-parallel", [
    ...["01001", "01000", "--endpoint", stage.ipc("relay")],
  ]);
  const subscriptions: string[] = [];
  while (subscriptions.length < 3) subscriptions.push(String((await relay.receive())[0]));
  assert.deepEqual(subscriptions.sort(), ["\x0100999 ", "\x0101000 ", "\x0101001 "]);

  for (const zipcode of ["00999", "01000"]) {
    for (const malformed of ["hot 50", "20", "20 50 10", "1e1 50", ""]) {
      await relay.send(`${zipcode} ${malformed}`);
    }
    await relay.send([`${zipcode} 20 50`, "and more"]);
  }
  const published: Record<string, number[]> = { "00999": [], "01000": [], "01001": [] };
  const updates = new ZmqSubConnection(factory, ZmqEndpoint.connect(address));
  updates.subscribe();
  while (Object.values(published).some(({ length }) => length < 100)) {
    const [update, ...more] = (await updates.receive()).map(String);
    assert.match(update ?? "", UPDATE);
    assert.deepEqual(more, []);
    const [, zipcode = "", temperature, humidity] = UPDATE.exec(update ?? "") ?? [];
    assert.ok(Number(temperature) >= -80 && Number(temperature) < 135, `${temperature} F`);
    assert.ok(Number(humidity) >= 10 && Number(humidity) < 60, `${humidity} %`);
    published[zipcode]?.push(Number(temperature));
    await relay.send(update ?? "");
  }

  const report = (zipcode: string, count: number): string => {
    const temperatures = published[zipcode]?.slice(0, count) ?? [];
    const average = temperatures.reduce((total, temperature) => total + temperature, 0) / count;
    return `Average temperature for zip code ${zipcode} was ${average.toFixed(1)} F`;
  };
  assert.deepEqual(await single.exit(), { code: 0, signal: null });
  assert.deepEqual(single.lines.slice(1), [report("00999", 100)]);
  assert.deepEqual(await parallel.exit(), { code: 0, signal: null });
  assert.deepEqual(parallel.lines.slice(1).sort(), [report("01000", 5), report("01001", 5)]);
  for (const client of [single, parallel]) {
    assert.equal(client.errors.length, 6, "the malformed ones, and no other zip code's");
    assert.match(client.errors[0] ?? "", /refused .*hot 50/);
  }

  await endsOn("SIGINT", server);
  assert.deepEqual(server.errors, []);
});

test("two clients with different zip codes run against one server, whoever starts first", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const endpoint = ["--endpoint", await stage.tcp()];
  const clients = ["10009", "10000"].map((zipcode) =>
    stage.start("wuclient", [zipcode, ...endpoint]),
  );
  for (const client of clients) await client.line(/Collecting/);
  const server = stage.start("wuserver", [...endpoint, "--zipcodes", "10000-10009"]);
  for (const client of clients) {
    assert.deepEqual(await client.exit(), { code: 0, signal: null });
    assert.match(client.lines[1] ?? "", /^Average temperature for zip code 100.. was -?\d+\.\d F$/);
    assert.deepEqual(client.errors, [], "no other zip code's updates");
  }

  const second = stage.start("wuserver", endpoint);
  await refuses(second, /^wuserver: address in use: tcp:/, 1);
  await endsOn("SIGTERM", server);
});

test("Ctrl-C ends what waits, and wrong arguments get one line", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const waiting = ["wuclient", "wuclient-parallel"].map((name) =>
    stage.start(name, ["--endpoint", stage.ipc("nowhere")]),
  );
  const wrong = [
    [stage.start("wuserver", ["--zipcodes", "10009-10000"]), /^usage: wuserver .*10009-10000/],
    [stage.start("wuclient", ["1000"]), /^usage: wuclient .*five digits, not "1000"/],
    [stage.start("wuclient-parallel", ["10001", "NYC"]), /^usage: wuclient-parallel .*"NYC"/],
    [stage.start("wuclient", ["--endpoint", "tcp://x:y"]), /^wuclient: bad endpoint "tcp:/],
  ] as const;
  for (const [program, why] of wrong) await refuses(program, why);

  for (const client of waiting) await client.line(/Collecting/);
  await endsOn("SIGINT", ...waiting);
  for (const { errors } of waiting) assert.deepEqual(errors, []);
});
