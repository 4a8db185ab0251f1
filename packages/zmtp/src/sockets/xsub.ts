import { bytesOf, type Frame, type Outgoing } from "../protocol/message.js";
import { framesOf } from "./frames.js";
import type { Pipe } from "./pipe.js";
import { ReceivingSocket } from "./receiving.js";
import { Trie } from "./trie.js";

/** The first byte of a subscription that goes to a publisher: it cancels a topic, or asks for it. */
const CANCEL = 0;
const SUBSCRIBE = 1;

/**
 * XSUB (RFC 29): takes messages from publishers in turn. It sends subscriptions to all publishers, also to those
 * that come later. Any other message goes up to all publishers that are there and have room.
 */
export class Xsub extends ReceivingSocket {
  /** How often each topic was subscribed to. */
  protected readonly topics = new Trie<number>();
  readonly #pipes = new Set<Pipe>();
  /** The publishers that know the topics. */
  readonly #told = new Set<Pipe>();

  attach(pipe: Pipe): void {
    this.#pipes.add(pipe);
    this.fairQueue.attach(pipe);
  }

  /** A publisher is there, or there again: send it all topics. */
  override peerReady(pipe: Pipe): void {
    if (!this.#pipes.has(pipe)) return;
    this.#told.add(pipe);
    this.topics.forEach((topic) => {
      pipe.command("SUBSCRIBE", topic);
    });
  }

  writeActivated(_pipe: Pipe): void {}

  pipeTerminated(pipe: Pipe): void {
    this.#pipes.delete(pipe);
    this.#told.delete(pipe);
    this.fairQueue.terminated(pipe);
  }

  override send(message: Outgoing): boolean {
    const frames = framesOf(message);
    const first = bytesOf(frames[0] as Frame)[0];
    if (first !== SUBSCRIBE && first !== CANCEL) {
      for (const pipe of this.#pipes) pipe.write(message);
      return true;
    }
    for (const frame of frames) {
      const bytes = bytesOf(frame);
      if (bytes[0] === SUBSCRIBE) this.subscribe(bytes.subarray(1));
      else if (bytes[0] === CANCEL) this.unsubscribe(bytes.subarray(1));
      else for (const pipe of this.#pipes) pipe.write(bytes);
    }
    return true;
  }

  override get hasOut(): boolean {
    return true;
  }

  /** Tells publishers of each subscription, also to the same topic: an XPUB with `verbose` wants to know. */
  protected subscribe(topic: Uint8Array): void {
    const node = this.topics.insert(topic);
    this.topics.setValue(node, (this.topics.valueAt(node) ?? 0) + 1);
    const kept = Buffer.from(topic);
    for (const pipe of this.#told) pipe.command("SUBSCRIBE", kept);
  }

  /** Tells publishers only when the topic is unsubscribed as often as it was subscribed to. */
  protected unsubscribe(topic: Uint8Array): void {
    const node = this.topics.find(topic);
    if (node === undefined) return;
    const times = (this.topics.valueAt(node) as number) - 1;
    if (times > 0) {
      this.topics.setValue(node, times);
      return;
    }
    this.topics.remove(node);
    const kept = Buffer.from(topic);
    for (const pipe of this.#told) pipe.command("CANCEL", kept);
  }
}
