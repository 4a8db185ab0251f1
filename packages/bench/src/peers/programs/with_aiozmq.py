"""Measured: aiozmq, by its transports and protocols."""

import asyncio

import aiozmq
import zmq
from harness import TAG, arguments, make_socket, start_other_end

options = arguments(aiozmq=aiozmq.__version__)
meter = options.meter
body = options.body


class Protocol(aiozmq.ZmqProtocol):
    """Calls `received` with each message, and tells when the transport takes more."""

    def __init__(self, received):
        self.received = received
        self.room = asyncio.Event()
        self.room.set()

    def msg_received(self, _message):
        self.received()

    def pause_writing(self):
        self.room.clear()

    def resume_writing(self):
        self.room.set()


async def open_transport(context, kind, received=meter.one):
    transport, protocol = await aiozmq.create_zmq_connection(
        lambda: Protocol(received), kind, zmq_sock=make_socket(options, context, kind)
    )
    for address in options.address:
        await transport.connect(address)
    # Over inproc nothing signals what is there before the first look.
    transport.pause_reading()
    transport.resume_reading()
    return transport, protocol


async def for_ever():
    await asyncio.Event().wait()


async def receive(context):
    for _ in range(options.connections):
        await open_transport(context, zmq.PULL)
    meter.ready()
    await for_ever()


async def send(context, kind, message):
    transport, protocol = await open_transport(context, kind)
    meter.ready()
    while True:
        transport.write(message)
        meter.one()
        if not protocol.room.is_set():
            await protocol.room.wait()


async def answer(context, kind, message, window):
    def reply():
        transport.write(message)
        meter.one()

    transport, _ = await open_transport(context, kind, reply)
    meter.ready()
    for _ in range(window):
        transport.write(message)
    await for_ever()


async def main():
    context = zmq.Context.instance()
    start_other_end(options, context)
    await {
        "receive": receive,
        "send": lambda context: send(context, zmq.PUSH, options.message),
        "publish": lambda context: send(context, zmq.PUB, [TAG, body]),
        "req": lambda context: answer(context, zmq.REQ, [body], 1),
        "in-flight": lambda context: answer(context, zmq.DEALER, [b"", body], options.window),
    }[options.task](context)


asyncio.run(main())
