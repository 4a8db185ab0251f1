import { JOIN, LEAVE } from "../protocol/commands.js";
import { bytesOf, type Frame, type Outgoing } from "../protocol/message.js";
import { framesOf, isSingle, MANY_FRAMES } from "./frames.js";
import { groupKey, LONGEST_GROUP } from "./groups.js";
import type { Pipe } from "./pipe.js";
import { type Meta, SocketError, SocketType } from "./socket.js";

/** How many groups a peer may join. */
const MOST_GROUPS = 2 ** 18;

/**
 * RADIO (RFC 48): sends each message to all peers that have joined its group (`meta.group`), as two frames: the group
 * and the message. A peer that is full misses it. Messages of peers are dropped.
 */
export class Radio extends SocketType {
  override readonly commands: readonly string[] = ["JOIN", "LEAVE"];
  readonly #groups = new Map<string, Set<Pipe>>();
  /** The groups of each peer. */
  readonly #joined = new Map<Pipe, Set<string>>();
  /** Peers that were there before. */
  readonly #known = new Set<Pipe>();
  /** Peers that get every group. */
  readonly #takers = new Set<Pipe>();

  attach(pipe: Pipe): void {
    this.#joined.set(pipe, new Set());
    if (pipe.takesAll) this.#takers.add(pipe);
    this.readActivated(pipe);
  }

  /** After a reconnect the peer joins its groups anew. */
  override peerReady(pipe: Pipe): void {
    if (this.#known.has(pipe)) this.#leaveAll(pipe);
    this.#known.add(pipe);
  }

  readActivated(pipe: Pipe): void {
    if (!this.#joined.has(pipe)) return;
    for (let message = pipe.read(); message !== undefined; message = pipe.read()) {
      const [command, group] = message;
      if (command === undefined || group === undefined || group.length > LONGEST_GROUP) continue;
      if (command === JOIN) this.#join(pipe, groupKey(group));
      else if (command === LEAVE) this.#leave(pipe, groupKey(group));
    }
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    this.#leaveAll(pipe);
    this.#known.delete(pipe);
    this.#joined.delete(pipe);
    this.#takers.delete(pipe);
  }

  override send(message: Outgoing, meta?: Meta): boolean {
    if (!isSingle(message)) throw new SocketError("EINVAL", MANY_FRAMES);
    const group = meta?.group ?? "";
    const bytes = bytesOf(group);
    if (bytes.length > LONGEST_GROUP) {
      throw new SocketError("EINVAL", `the name of a group has ${LONGEST_GROUP} bytes at most`);
    }
    const members = this.#groups.get(groupKey(group));
    if (members === undefined && this.#takers.size === 0) return true;
    const [body] = framesOf(message);
    const sent = [bytes, bytesOf(body as Frame)];
    if (members !== undefined) for (const pipe of members) pipe.write(sent);
    for (const pipe of this.#takers) if (!members?.has(pipe)) pipe.write(sent);
    return true;
  }

  override get hasOut(): boolean {
    return true;
  }

  #join(pipe: Pipe, group: string): void {
    const joined = this.#joined.get(pipe);
    if (joined === undefined) return;
    joined.add(group);
    const members = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, members.add(pipe));
    if (joined.size <= MOST_GROUPS) return;
    pipe.terminate();
    this.pipeTerminated(pipe);
  }

  #leaveAll(pipe: Pipe): void {
    for (const group of this.#joined.get(pipe) ?? []) this.#leave(pipe, group);
  }

  #leave(pipe: Pipe, group: string): void {
    this.#joined.get(pipe)?.delete(group);
    const members = this.#groups.get(group);
    members?.delete(pipe);
    if (members?.size === 0) this.#groups.delete(group);
  }
}
