"""Measured: pyzmq's sockets for asyncio (zmq.asyncio)."""

import asyncio

import zmq
import zmq.asyncio
from harness import TAG, arguments, open_socket, start_other_end

options = arguments()
meter = options.meter
body = options.body


async def receive(context):
    async def read(pull):
        take = pull.recv if options.parts == 1 else pull.recv_multipart
        while True:
            await take()
            meter.one()

    pulls = [open_socket(options, context, zmq.PULL) for _ in range(options.connections)]
    meter.ready()
    await asyncio.gather(*map(read, pulls))


async def send(context, kind, message):
    socket = open_socket(options, context, kind)
    give = socket.send if len(message) == 1 else socket.send_multipart
    message = message[0] if len(message) == 1 else message
    meter.ready()
    while True:
        await give(message)
        meter.one()


async def request(context):
    req = open_socket(options, context, zmq.REQ)
    meter.ready()
    while True:
        await req.send(body)
        await req.recv()
        meter.one()


async def keep_in_flight(context):
    dealer = open_socket(options, context, zmq.DEALER)
    meter.ready()
    for _ in range(options.window):
        await dealer.send_multipart([b"", body])
    while True:
        await dealer.recv_multipart()
        await dealer.send_multipart([b"", body])
        meter.one()


async def main():
    context = zmq.asyncio.Context()
    start_other_end(options, context)
    await {
        "receive": receive,
        "send": lambda context: send(context, zmq.PUSH, options.message),
        "publish": lambda context: send(context, zmq.PUB, [TAG, body]),
        "req": request,
        "in-flight": keep_in_flight,
    }[options.task](context)


asyncio.run(main())
