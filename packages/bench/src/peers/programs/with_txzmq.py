"""Measured: txZMQ on Twisted."""

from importlib.metadata import PackageNotFoundError, version

import twisted
import txzmq
import zmq
from harness import TAG, arguments, start_other_end
from twisted.internet import reactor


def of(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "of unknown version"


options = arguments(txZMQ=of("txZMQ"), Twisted=twisted.__version__)
meter = options.meter
body = options.body
endpoints = [txzmq.ZmqEndpoint("connect", address) for address in options.address]
# As many as fit are sent in one turn of the reactor.
PER_TURN = 512


class Pull(txzmq.ZmqPullConnection):
    highWaterMark = options.high_water_mark

    def onPull(self, _message):
        meter.one()


class Push(txzmq.ZmqPushConnection):
    highWaterMark = options.high_water_mark


class Pub(txzmq.ZmqPubConnection):
    highWaterMark = options.high_water_mark


class Req(txzmq.ZmqREQConnection):
    highWaterMark = options.high_water_mark


def opened(factory, kind):
    connection = kind(factory)
    connection.addEndpoints(endpoints)
    return connection


def receive(factory):
    connections = [opened(factory, Pull) for _ in range(options.connections)]
    meter.ready()
    # A message that came before the reactor looked is not signalled any more.
    for connection in connections:
        reactor.callLater(0, connection.doRead)


def send(give):
    def turn():
        try:
            for _ in range(PER_TURN):
                give()
                meter.one()
        except zmq.Again:
            pass  # txZMQ leaves it to its user to try again
        reactor.callLater(0, turn)

    meter.ready()
    turn()


def push(factory):
    connection = opened(factory, Push)
    message = body if options.parts == 1 else options.message
    send(lambda: connection.push(message))


def publish(factory):
    connection = opened(factory, Pub)
    send(lambda: connection.publish(body, TAG))


def keep_in_flight(factory):
    connection = opened(factory, Req)

    def ask():
        connection.sendMsg(body).addCallback(replied)

    def replied(_reply):
        meter.one()
        ask()

    meter.ready()
    for _ in range(options.window):
        ask()


def main():
    factory = txzmq.ZmqFactory()
    start_other_end(options, factory.context)
    {
        "receive": receive,
        "send": push,
        "publish": publish,
        "req": keep_in_flight,
        "in-flight": keep_in_flight,
    }[options.task](factory)
    reactor.run()


main()
