"""Sockets of libzmq, by order of a program that writes and reads lines of JSON.

Each line on standard input is a call, {"id": 1, "op": "socket", ...}; each gets one line, {"id": 1, "ok": ...} or
{"id": 1, "error": "EADDRINUSE"}. Calls that wait (receive, send) are answered when they are done. Lines without an id
tell what monitors tell. Bytes are strings of latin-1, or ["x", 100000] for a large frame that repeats a letter. It ends
with its standard input.
"""

import collections
import errno
import json
import os
import threading

import zmq
import zmq.utils.z85
from zmq.utils.monitor import parse_monitor_message

OPTIONS = {
    "conflate": "CONFLATE",
    "correlate": "REQ_CORRELATE",
    "curvePublicKey": "CURVE_PUBLICKEY",
    "curveSecretKey": "CURVE_SECRETKEY",
    "curveServer": "CURVE_SERVER",
    "curveServerKey": "CURVE_SERVERKEY",
    "connectTimeout": "CONNECT_TIMEOUT",
    "handover": "ROUTER_HANDOVER",
    "handshakeInterval": "HANDSHAKE_IVL",
    "heartbeatInterval": "HEARTBEAT_IVL",
    "heartbeatTimeToLive": "HEARTBEAT_TTL",
    "heartbeatTimeout": "HEARTBEAT_TIMEOUT",
    "immediate": "IMMEDIATE",
    "invertMatching": "INVERT_MATCHING",
    "lingerPeriod": "LINGER",
    "mandatory": "ROUTER_MANDATORY",
    "manual": "XPUB_MANUAL",
    "maxMessageSize": "MAXMSGSIZE",
    "noDrop": "XPUB_NODROP",
    "plainPassword": "PLAIN_PASSWORD",
    "plainServer": "PLAIN_SERVER",
    "plainUsername": "PLAIN_USERNAME",
    "probeRouter": "PROBE_ROUTER",
    "receiveBufferSize": "RCVBUF",
    "receiveHighWaterMark": "RCVHWM",
    "reconnectInterval": "RECONNECT_IVL",
    "reconnectMaxInterval": "RECONNECT_IVL_MAX",
    "relaxed": "REQ_RELAXED",
    "routingId": "ROUTING_ID",
    "sendBufferSize": "SNDBUF",
    "sendHighWaterMark": "SNDHWM",
    "subscribe": "SUBSCRIBE",
    "unsubscribe": "UNSUBSCRIBE",
    "verbose": "XPUB_VERBOSE",
    "verboser": "XPUB_VERBOSER",
    "welcomeMessage": "XPUB_WELCOME_MSG",
    "zapDomain": "ZAP_DOMAIN",
}

EVENTS = {
    "CONNECTED": "connected",
    "CONNECT_DELAYED": "connectDelayed",
    "CONNECT_RETRIED": "retried",
    "LISTENING": "listening",
    "BIND_FAILED": "bindFailed",
    "ACCEPTED": "accepted",
    "ACCEPT_FAILED": "acceptFailed",
    "CLOSED": "endpointClosed",
    "CLOSE_FAILED": "closeFailed",
    "DISCONNECTED": "disconnected",
    "HANDSHAKE_SUCCEEDED": "handshakeSucceeded",
    "HANDSHAKE_FAILED_AUTH": "handshakeFailed auth",
    "HANDSHAKE_FAILED_PROTOCOL": "handshakeFailed protocol",
    "HANDSHAKE_FAILED_NO_DETAIL": "handshakeFailed other",
}
EVENT_NAMES = {getattr(zmq, "EVENT_" + key): name for key, name in EVENTS.items()}


def say(what):
    line = (json.dumps(what) + "\n").encode()
    while line:
        line = line[os.write(1, line) :]


def unpack(frame):
    return (frame if isinstance(frame, str) else frame[0] * frame[1]).encode("latin-1")


def pack(frame):
    repeats = len(frame) > 1000 and frame == frame[:1] * len(frame)
    return [frame[:1].decode("latin-1"), len(frame)] if repeats else frame.decode("latin-1")


def name_of(error):
    return errno.errorcode.get(error.errno) or zmq.Errno(error.errno).name


class Peer:
    def __init__(self, context, order):
        self.name = order["socket"]
        self.sends = collections.deque()
        self.receives = collections.deque()
        self.socket = context.socket(getattr(zmq, order["type"]))
        self.socket.linger = 0
        for name, value in order["options"].items():
            self.set(name, value)
        # pyzmq would name it after a descriptor, which may be another socket's before the monitor has ended.
        self.monitor = self.socket.get_monitor_socket(addr="inproc://monitor of " + self.name)
        self.wakes = self.socket.getsockopt(zmq.FD)

    def set(self, name, value):
        if isinstance(value, str):
            value = value.encode("latin-1")
        elif isinstance(value, bool):
            value = int(value)
        self.socket.setsockopt(getattr(zmq, OPTIONS[name]), value)

    def call(self, order):
        """Returns what to answer; nothing where the answer comes later."""
        op = order["op"]
        if op == "send":
            self.sends.append(order)
            self.send()
        elif op == "receive":
            self.receives.append(order)
            self.receive()
        elif op == "set":
            self.set(order["option"], order["value"])
            return {"ok": True}
        elif op == "bind":
            self.socket.bind(order["address"])
            return {"ok": self.socket.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()}
        elif op == "close":
            self.socket.close()
            return {"ok": True}
        else:  # connect, disconnect, unbind
            getattr(self.socket, op)(order["address"])
            return {"ok": True}
        return None

    def answer(self, waiting, act):
        while waiting:
            order = waiting[0]
            try:
                answer = {"ok": act(order)}
            except zmq.ZMQError as error:
                if error.errno == zmq.EAGAIN and order["wait"]:
                    return
                answer = {"error": name_of(error)}
            waiting.popleft()
            say({"id": order["id"], **answer})

    def send(self):
        def act(order):
            self.socket.send_multipart([unpack(frame) for frame in order["frames"]], zmq.NOBLOCK)

        self.answer(self.sends, act)

    def receive(self):
        def act(_order):
            return [pack(frame) for frame in self.socket.recv_multipart(zmq.NOBLOCK)]

        self.answer(self.receives, act)

    def tell(self):
        while self.monitor.poll(0):
            event = parse_monitor_message(self.monitor.recv_multipart(zmq.NOBLOCK))
            if event["event"] == zmq.EVENT_MONITOR_STOPPED:
                self.monitor.close(0)
                self.monitor = None
                return
            say(
                {
                    "socket": self.name,
                    "event": EVENT_NAMES.get(event["event"], str(event["event"])),
                    "address": event["endpoint"].decode(),
                    "value": event["value"],
                }
            )


def answer_zap(context, users, keys):
    """A handler of ZAP (RFC 27): lets in the users, the keys, and all NULL peers."""
    socket = context.socket(zmq.REP)
    socket.bind("inproc://zeromq.zap.01")

    def run():
        while True:
            version, number, _domain, _address, _name, mechanism, *credentials = socket.recv_multipart()
            texts = [one.decode("latin-1") for one in credentials]
            if mechanism == b"PLAIN":
                good = users.get(texts[0]) == texts[1]
            elif mechanism == b"CURVE":
                good = zmq.utils.z85.encode(credentials[0]).decode() in keys
            else:
                good = True
            status = b"200" if good else b"400"
            socket.send_multipart([version, number, status, b"", b"", b""])

    threading.Thread(target=run, daemon=True).start()


def main():
    context = zmq.Context()
    context.max_sockets = 4096
    peers = {}
    rest = b""
    while True:
        poller = zmq.Poller()
        poller.register(0, zmq.POLLIN)
        for peer in peers.values():
            if peer.monitor is not None:
                poller.register(peer.monitor, zmq.POLLIN)
            if not peer.socket.closed:
                poller.register(peer.wakes, zmq.POLLIN)
        # Whether there is room no event tells: an XPUB that drops nothing says that there always is.
        sending = any(peer.sends for peer in peers.values())
        ready = dict(poller.poll(5 if sending else 100))
        for peer in list(peers.values()):
            if peer.monitor is not None:
                peer.tell()
            if not peer.socket.closed:
                # A socket deals with peers that come and go only when it is looked at.
                peer.socket.getsockopt(zmq.EVENTS)
                peer.receive()
                peer.send()
            elif peer.monitor is None:
                del peers[peer.name]
        if 0 not in ready:
            continue
        chunk = os.read(0, 1 << 20)
        if not chunk:
            os._exit(0)
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            order = json.loads(line)
            try:
                if order["op"] == "socket":
                    peers[order["socket"]] = Peer(context, order)
                    answer = {"ok": True}
                elif order["op"] == "zap":
                    answer_zap(context, order["users"], order["keys"])
                    answer = {"ok": True}
                elif order["op"] == "has":
                    answer = {"ok": zmq.has(order["what"]), "version": zmq.zmq_version()}
                else:
                    answer = peers[order["socket"]].call(order)
            except zmq.ZMQError as error:
                answer = {"error": name_of(error)}
            if answer is not None:
                say({"id": order["id"], **answer})


main()
