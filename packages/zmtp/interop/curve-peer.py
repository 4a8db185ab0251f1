"""A peer for curve.test.ts: a socket of libzmq that sends back what it gets.

Usage: curve-peer.py '{"type": "DEALER", "connect": "tcp://...", "options": {...}, "zap": ...}'

It prints a line for each thing that happens, and ends with its standard input.
"""

import json
import os
import sys
import threading

import zmq
import zmq.auth.thread
from zmq.utils.monitor import parse_monitor_message

EVENTS = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: "succeeded",
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "auth",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "protocol",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "other",
    zmq.EVENT_CONNECTED: "connected",
    zmq.EVENT_CONNECT_RETRIED: "retried",
}
lock = threading.Lock()


def tell(what, value):
    with lock:
        print(what, value, flush=True)


def main():
    order = json.loads(sys.argv[1])
    context = zmq.Context()
    if "zap" in order:
        auth = zmq.auth.thread.ThreadAuthenticator(context)
        auth.start()
        auth.configure_plain(domain="*", passwords=order["zap"])
        if order.get("deny"):
            auth.deny("127.0.0.1")
        else:
            auth.configure_curve(domain="*", location=zmq.auth.CURVE_ALLOW_ANY)
    socket = context.socket(getattr(zmq, order["type"]))
    socket.linger = 0
    socket.reconnect_ivl = 20
    for name, value in order["options"].items():
        socket.setsockopt(
            getattr(zmq, name), value.encode() if isinstance(value, str) else value
        )
    monitor = socket.get_monitor_socket()
    if "connect" in order:
        socket.connect(order["connect"])
    else:
        tell("port", socket.bind_to_random_port("tcp://127.0.0.1"))

    poller = zmq.Poller()
    poller.register(monitor, zmq.POLLIN)
    poller.register(sys.stdin, zmq.POLLIN)
    if order["type"] != "SUB":
        poller.register(socket, zmq.POLLIN)
    while True:
        for ready, _ in poller.poll():
            if ready is monitor:
                event = parse_monitor_message(monitor.recv_multipart())
                if event["event"] in EVENTS:
                    tell(EVENTS[event["event"]], event["value"])
            elif ready is socket:
                socket.send_multipart(socket.recv_multipart())
            elif not sys.stdin.readline():
                os._exit(0)


main()
