import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { endsOn, Stage } from "@tx0mq/smoke";

describe("discarding", { concurrency: true }, () => {
  test("frames of unwanted messages are dropped, at no growth in memory", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("discard", [
      ...["--messages", "300", "--period", "0", "--size", "1000000"],
    ]);
    const [, memory] = await program.line(/^at most (\d+) MiB of memory$/);
    assert.deepEqual(await program.exit(), { code: 0, signal: null });
    const sent = program.lines.flatMap(
      (line) => /sending large: (\d+) bytes/.exec(line)?.[1] ?? [],
    );
    const discarded = program.lines.flatMap(
      (line) => /discarding \d frames, (\d+) bytes/.exec(line)?.[1] ?? [],
    );
    assert.deepEqual(discarded, sent);
    const total = sent.reduce((sum, bytes) => sum + Number(bytes), 0) / 2 ** 20;
    assert.ok(Number(memory) < 200 && total > 200, `${memory} MiB for ${total} MiB`);
  });

  test("Ctrl-C leaves no folder behind", async (t) => {
    const stage = new Stage(t, import.meta.url);
    const program = stage.start("discard", ["--size", "10"], { env: { TMPDIR: stage.folder } });
    await program.line(/^subscriber: /);
    await endsOn("SIGINT", program);
    const left = readdirSync(stage.folder).filter((name) => name.startsWith("discard-"));
    assert.deepEqual(left, []);
  });

  test("others are received whole", async (t) => {
    const program = new Stage(t, import.meta.url).start("discard", [
      ...["--messages", "30", "--period", "0"],
    ]);
    await program.exit();
    const small = program.lines.flatMap(
      (line) => /sending small: (\d+) bytes/.exec(line)?.[1] ?? [],
    );
    const received = program.lines.flatMap((line) => /received (.*)$/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      received.map((frames) => String(frames.replaceAll(",", "").length / 2)),
      small,
    );
  });
});
