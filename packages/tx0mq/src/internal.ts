/* For the library's own modules only. Most of it are symbols of members that users do not see. */

/** A connection's engine socket. */
export const kSocket = Symbol("tx0mq.socket");
/** Waits until a connection is readable, without reading (poll). */
export const kPeek = Symbol("tx0mq.peek");
/** Waits until a connection is writable, without writing (poll). */
export const kPeekRoom = Symbol("tx0mq.peekRoom");
/** Hands a connection over to code that reads and writes it in its owner's place (proxy). */
export const kHandOver = Symbol("tx0mq.handOver");
/** Whether a reader of a connection is at work on a message, or may be (factory). */
export const kAtWork = Symbol("tx0mq.atWork");
/** Whether a connection belongs to a proxy (factory). */
export const kProxied = Symbol("tx0mq.proxied");
/** Whether it ends after the others, when its factory does (proxy). */
export const kEndsLast = Symbol("tx0mq.endsLast");
/** Takes no more messages, and waits until the readers are done with those that they took (factory). */
export const kFinish = Symbol("tx0mq.finish");
/** A factory's engine context. */
export const kContext = Symbol("tx0mq.context");
/** Whether a factory's linger period is not set. */
export const kLingersByDefault = Symbol("tx0mq.lingersByDefault");
/** Whether no connection reads any more that inproc reaches from a factory. */
export const kReadsNoMore = Symbol("tx0mq.readsNoMore");
/** Adds a connection to its factory, or takes it out. */
export const kAdopt = Symbol("tx0mq.adopt");
export const kDisown = Symbol("tx0mq.disown");
/** Tells a factory of a promise that its shutdown has to wait for. */
export const kAwaitClose = Symbol("tx0mq.awaitClose");

/** The promise that all sends share if their message was taken at once. */
export const SETTLED: Promise<void> = Promise.resolve();
