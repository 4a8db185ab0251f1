"""Measured: pyzmq, by blocking calls."""

import zmq
from harness import TAG, arguments, open_socket, start_other_end

options = arguments()
meter = options.meter
body = options.body
context = zmq.Context()


def receive():
    pull = open_socket(options, context, zmq.PULL)
    take = pull.recv if options.parts == 1 else pull.recv_multipart
    meter.ready()
    count = 0
    while True:
        take()
        count += 1
        if count >= meter.limit:
            count = meter.turn(count)


def receive_from_many():
    poller = zmq.Poller()
    for _ in range(options.connections):
        poller.register(open_socket(options, context, zmq.PULL), zmq.POLLIN)
    meter.ready()
    count = 0
    while True:
        for pull, _ in poller.poll():
            try:
                while True:
                    pull.recv(zmq.NOBLOCK)
                    count += 1
                    if count >= meter.limit:
                        count = meter.turn(count)
            except zmq.Again:
                pass


def send(kind, message):
    socket = open_socket(options, context, kind)
    give = socket.send if len(message) == 1 else socket.send_multipart
    message = message[0] if len(message) == 1 else message
    meter.ready()
    count = 0
    while True:
        give(message)
        count += 1
        if count >= meter.limit:
            count = meter.turn(count)


def request():
    req = open_socket(options, context, zmq.REQ)
    meter.ready()
    count = 0
    while True:
        req.send(body)
        req.recv()
        count += 1
        if count >= meter.limit:
            count = meter.turn(count)


def keep_in_flight():
    dealer = open_socket(options, context, zmq.DEALER)
    meter.ready()
    for _ in range(options.window):
        dealer.send_multipart([b"", body])
    count = 0
    while True:
        dealer.recv_multipart()
        dealer.send_multipart([b"", body])
        count += 1
        if count >= meter.limit:
            count = meter.turn(count)


start_other_end(options, context)
{
    "receive": receive if options.connections == 1 else receive_from_many,
    "send": lambda: send(zmq.PUSH, options.message),
    "publish": lambda: send(zmq.PUB, [TAG, body]),
    "req": request,
    "in-flight": keep_in_flight,
}[options.task]()
