import { EventEmitter } from "node:events";

/** It may be async: a rejection is caught. */
type Listener<Args extends unknown[]> = (...args: Args) => unknown;
type EventMap<Events> = Record<keyof Events, unknown[]>;

/** What Node tells of the listeners themselves. */
interface ListenerEvents {
  newListener: [name: string | symbol, listener: Listener<unknown[]>];
  removeListener: [name: string | symbol, listener: Listener<unknown[]>];
}

/** An `EventEmitter` that has these events alone for TypeScript: the one of `@types/node` takes any name. */
export interface TypedEventEmitter<
  Events extends EventMap<Events>,
  Name extends keyof Events & string = keyof Events & string,
> extends EventEmitter {
  addListener<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  emit<N extends Name>(name: N, ...args: Events[N]): boolean;
  listenerCount<N extends Name>(name: N, listener?: Listener<Events[N]>): number;
  off<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  on<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  once<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  prependListener<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  prependOnceListener<N extends Name>(name: N, listener: Listener<Events[N]>): this;
  removeListener<N extends Name>(name: N, listener: Listener<Events[N]>): this;
}

/** Node's class itself. */
export const TypedEventEmitter = EventEmitter as new <Events extends EventMap<Events>>(options: {
  captureRejections: true;
}) => TypedEventEmitter<Events & ListenerEvents>;
