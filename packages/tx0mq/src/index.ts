/// <reference types="node" preserve="true" />
/** ZeroMQ sockets as citizens of Node's event loop. */
export {
  type AuthDecision,
  type AuthenticatorEvents,
  type AuthenticatorOptions,
  type AuthVerdict,
  type CurveClient,
  type CurveClients,
  type PlainClient,
  type PlainUsers,
  ZmqAuthenticator,
} from "./auth/authenticator.js";
export { ZmqCertificate } from "./auth/certificate.js";
export { curveKeyPair } from "./auth/key-pair.js";
export type { AnyConnection } from "./connection/any.js";
export { ZmqConnection } from "./connection/connection.js";
export type { ConnectionEvents } from "./connection/events.js";
export type { RequestHandler, ServeOptions } from "./connection/serve.js";
export { type Endpoint, type Endpoints, ZmqEndpoint, ZmqEndpointType } from "./endpoint.js";
export type {
  ContextOptions,
  Engine,
  EngineContext,
  EngineEvent,
  EngineSink,
  EngineSocket,
  Frame,
  MessageMeta,
} from "./engine/engine.js";
export {
  ZmqAbortError,
  ZmqAddressInUseError,
  ZmqArgumentError,
  ZmqClosedError,
  ZmqEndpointError,
  ZmqError,
  type ZmqErrorCode,
  ZmqOptionError,
  ZmqProtocolError,
  ZmqQueueFullError,
  ZmqStateError,
  ZmqSystemError,
  ZmqTimeoutError,
  ZmqUnknownRequestError,
  ZmqUnroutableError,
} from "./errors.js";
export { type FactoryOptions, ZmqFactory } from "./factory.js";
export { EMPTY, type Frames, type Message, type Unwrapped, unwrap, wrap } from "./frames.js";
export { ZmqClientConnection } from "./kinds/client.js";
export { ZmqDealerConnection } from "./kinds/dealer.js";
export { ZmqDgramConnection } from "./kinds/dgram.js";
export { ZmqDishConnection } from "./kinds/dish.js";
export { ZmqGatherConnection } from "./kinds/gather.js";
export { ZmqPairConnection } from "./kinds/pair.js";
export { ZmqPubConnection } from "./kinds/pub.js";
export { ZmqPullConnection } from "./kinds/pull.js";
export { ZmqPushConnection } from "./kinds/push.js";
export { ZmqRadioConnection } from "./kinds/radio.js";
export { ZmqRepConnection } from "./kinds/rep.js";
export { ZmqReqConnection } from "./kinds/req.js";
export { ZmqRouterConnection } from "./kinds/router.js";
export { ZmqScatterConnection } from "./kinds/scatter.js";
export { type RoutingId, ZmqServerConnection } from "./kinds/server.js";
export { ZmqStreamConnection } from "./kinds/stream.js";
export { ZmqSubConnection } from "./kinds/sub.js";
export { ZmqXPubConnection } from "./kinds/xpub.js";
export {
  type RequestId,
  type XREPOptions,
  type XREPRequest,
  ZmqXREPConnection,
} from "./kinds/xrep.js";
export { type RequestOptions, type XREQOptions, ZmqXREQConnection } from "./kinds/xreq.js";
export { ZmqXSubConnection } from "./kinds/xsub.js";
export type { MonitorEvent, MonitorEvents } from "./monitor.js";
export type {
  ClientOptions,
  ConnectionOptions,
  DealerOptions,
  DgramOptions,
  DishOptions,
  GatherOptions,
  PairOptions,
  PubOptions,
  PullOptions,
  PushOptions,
  RadioOptions,
  ReceiveOptions,
  RepOptions,
  ReqOptions,
  RouterOptions,
  ScatterOptions,
  SendOptions,
  ServerOptions,
  StreamOptions,
  SubOptions,
  XPubOptions,
  XSubOptions,
} from "./options.js";
export { type PollItems, type PollResult, poll } from "./poll.js";
export {
  type ProxiedConnection,
  type ProxyOptions,
  proxy,
  type ZmqProxy,
} from "./proxy.js";
export { SOCKET_TYPES, type SocketTypeName } from "./socket-type.js";
export {
  duplex,
  type StreamedConnection,
  webStreams,
  type ZmqDuplex,
  type ZmqWebStreams,
} from "./stream.js";
export type { WaitOptions } from "./time.js";
export type { AuthTrace, EventTrace, ReceiveTrace, SendTrace } from "./trace.js";
export { version, zmqHas, zmqVersion } from "./version.js";
