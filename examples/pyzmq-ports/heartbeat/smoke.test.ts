import assert from "node:assert/strict";
import { test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

test("a heart answers while it computes; one that dies is noticed, a new one welcomed", async (t) => {
  const stage = new Stage(t, import.meta.url);
  const [pings, pongs] = [await stage.tcp(), await stage.tcp()];
  const addresses = ["--pings", pings, "--pongs", pongs];
  const heart = () => stage.start("heart", [...addresses, "--work", "60000"]);
  const heartbeater = stage.start("heartbeater", [...addresses, "--period", "200"]);
  await heartbeater.line(/^0 beating hearts: $/);
  const first = heart();
  await first.line(/^starting blocking loop$/);
  const [, name] = await heartbeater.line(/^yay, got new heart (\w+)!$/);
  const [, took] = await heartbeater.line(
    new RegExp(`^1 beating hearts: ${name} \\(([\\d.]+) ms\\)$`),
  );
  assert.ok(Number(took) > 0, "measured");
  assert.ok(
    !first.lines.some((line) => line.startsWith("blocked")),
    "its main thread is at it yet",
  );

  const second = heart();
  const [, other] = await heartbeater.line(
    new RegExp(`^yay, got new heart (?!${name})(\\w+)!$`), // the first may fail for want of time, and return
  );
  await heartbeater.line(/^2 beating hearts: /);
  first.kill("SIGKILL");
  await heartbeater.line(new RegExp(`^Heart ${name} failed`));
  await heartbeater.line(new RegExp(`^1 beating hearts: ${other} `));
  second.kill("SIGSTOP");
  await heartbeater.line(new RegExp(`^Heart ${other} failed`));
  await heartbeater.line(/^0 beating hearts: $/);
  second.kill("SIGKILL");
  await endsOn("SIGINT", heartbeater);

  for (const heart of [name, other]) {
    const news = heartbeater.lines.filter((line) => new RegExp(`${heart}(!| failed)`).test(line));
    const welcomes = news.map((line) => line.startsWith("yay"));
    assert.deepEqual(
      welcomes,
      news.map((_, n) => n % 2 === 0),
      "welcomed once, until it fails",
    );
  }
  // It failed with the first beat that it had not answered: no heart is ever listed without a time.
  const beats = heartbeater.lines.filter((line) => line.includes("beating hearts: "));
  const listed = beats.flatMap((line) => line.split(": ")[1]?.split(", ") ?? []).filter(Boolean);
  for (const heart of listed) assert.match(heart, /^\w+ \([\d.]+ ms\)$/);
});
