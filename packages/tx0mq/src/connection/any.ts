import type { ZmqEndpoint } from "../endpoint.js";
import type { EngineSocket } from "../engine/engine.js";
import type { kEnding, kFinish, kHandOver, kPeek, kPeekRoom, kSocket } from "../internal.js";
import type { SocketTypeName } from "../socket-type.js";

/** What all connections have in common, whatever their messages are. */
export interface AnyConnection {
  readonly socketType: SocketTypeName;
  readonly endpoints: readonly ZmqEndpoint[];
  readonly address: string;
  readonly closed: boolean;
  readonly lingerPeriod: number;
  readonly readable: boolean;
  readonly writable: boolean;
  shutdown(): Promise<void>;
  toString(): string;
  /** @internal */
  readonly [kSocket]: EngineSocket;
  /** @internal */
  [kPeek](notify: () => void, deadline: number): () => void;
  /** @internal */
  [kPeekRoom](notify: () => void): () => void;
  /** @internal */
  [kEnding](notify: () => void): void;
  /** @internal */
  [kFinish](): Promise<void>;
  /** @internal */
  [kHandOver](handBack: () => Promise<void>): () => void;
}
