import type { Message } from "../protocol/message.js";
import { groupKey, LONGEST_GROUP } from "./groups.js";
import type { Pipe } from "./pipe.js";
import { Pull } from "./pull.js";
import { SocketError } from "./socket.js";

/**
 * DISH (RFC 48): receives the messages of the groups that it has joined, and the group with each
 * (`meta.group`). It drops messages that are malformed, or of another group.
 */
export class Dish extends Pull {
  /** By key: the group as bytes, and the `meta` of its messages. */
  readonly #groups = new Map<
    string,
    { readonly bytes: Buffer; readonly meta: { group: string } }
  >();
  readonly #pipes = new Set<Pipe>();

  /** A RADIO is there, or there again: tell it which groups to send. */
  override peerReady(pipe: Pipe): void {
    this.#pipes.add(pipe);
    for (const { bytes } of this.#groups.values()) pipe.command("JOIN", bytes);
  }

  override pipeTerminated(pipe: Pipe): void {
    this.#pipes.delete(pipe);
    super.pipeTerminated(pipe);
  }

  override joinGroup(group: string): void {
    const bytes = Buffer.from(group);
    const key = groupKey(group);
    if (bytes.length > LONGEST_GROUP) {
      throw new SocketError("EINVAL", `the name of a group has ${LONGEST_GROUP} bytes at most`);
    }
    if (this.#groups.has(key)) throw new SocketError("EINVAL", "the group is joined already");
    this.#groups.set(key, { bytes, meta: { group } });
    for (const pipe of this.#pipes) pipe.command("JOIN", bytes);
  }

  override leaveGroup(group: string): void {
    const key = groupKey(group);
    const joined = this.#groups.get(key);
    if (joined === undefined) throw new SocketError("EINVAL", "the group is not joined");
    this.#groups.delete(key);
    for (const pipe of this.#pipes) pipe.command("LEAVE", joined.bytes);
  }

  override malformed([group, body, more]: Message): string | undefined {
    const isGroup = group !== undefined && group.length <= LONGEST_GROUP;
    return isGroup && body && more === undefined ? undefined : "no group and message";
  }

  protected override take(): Message | undefined {
    for (;;) {
      const message = super.take();
      if (message === undefined) return undefined;
      const [group, body] = message;
      if (group === undefined || body === undefined || message.length > 2) continue;
      const joined = this.#groups.get(groupKey(group));
      if (joined === undefined) continue;
      this.meta = joined.meta;
      return [body];
    }
  }
}
