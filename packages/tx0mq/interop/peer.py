"""A peer in Python, on pyzmq or on txZMQ, for interop.test.ts.

    peer.py (pyzmq | txzmq) (req | rep | pub | sub) (bind | connect) ADDRESS

It prints {"address": ...} when it is bound or connected. What comes on standard input, a line of
JSON each, it sends (req: parts; pub: [tag, message]; sub: [tag], to subscribe to). What it receives
it prints, a line of JSON each. It ends with its standard input.

Bytes stand in JSON as text in Latin-1.
"""

import json
import sys


def tell(what):
    print(json.dumps(what), flush=True)


def texts(frames):
    return [frame.decode("latin-1") for frame in frames]


def frames(line):
    return [text.encode("latin-1") for text in json.loads(line)]


def on_pyzmq(role, how, address):
    import zmq

    socket = zmq.Context.instance().socket(getattr(zmq, role.upper()))
    socket.linger = 0
    getattr(socket, how)(address)
    tell({"address": socket.getsockopt_string(zmq.LAST_ENDPOINT)})

    poller = zmq.Poller()
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
    if role in ("rep", "sub"):
        poller.register(socket, zmq.POLLIN)
    rest = b""
    while True:
        ready = dict(poller.poll())
        if socket in ready:
            received = socket.recv_multipart()
            tell(texts(received))
            if role == "rep":
                socket.send_multipart([b"re:"] + received)
        if sys.stdin.fileno() in ready:
            chunk = sys.stdin.buffer.raw.read(65536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                parts = frames(line)
                if role == "req":
                    socket.send_multipart(parts)
                    tell(texts(parts + socket.recv_multipart()))
                elif role == "pub":
                    socket.send(b"\0".join(parts))
                elif role == "sub":
                    socket.subscribe(parts[0])


def on_txzmq(role, how, address):
    import txzmq
    import zmq
    from twisted.internet import reactor, stdio
    from twisted.protocols.basic import LineReceiver

    class Rep(txzmq.ZmqREPConnection):
        def gotMessage(self, id, *parts):
            tell(texts(parts))
            self.reply(id, b"re:", *parts)

    class Sub(txzmq.ZmqSubConnection):
        def gotMessage(self, message, tag):
            tell(texts([tag, message]))

    kinds = {
        "req": txzmq.ZmqREQConnection,
        "rep": Rep,
        "pub": txzmq.ZmqPubConnection,
        "sub": Sub,
    }
    factory = txzmq.ZmqFactory()
    factory.lingerPeriod = 0
    connection = kinds[role](factory, txzmq.ZmqEndpoint(how, address))

    class Input(LineReceiver):
        delimiter = b"\n"

        def lineReceived(self, line):
            parts = frames(line)
            if role == "req":
                connection.socket.poll(flags=zmq.POLLOUT)  # it does not wait for a peer by itself
                reply = connection.sendMsg(*parts)
                reply.addCallback(lambda got: tell(texts(parts + got)))
            elif role == "pub":
                tag, message = parts
                connection.publish(message, tag)
            elif role == "sub":
                connection.subscribe(parts[0])

        def connectionLost(self, reason):
            factory.shutdown()
            reactor.stop()

    stdio.StandardIO(Input())
    last = connection.socket.getsockopt(zmq.LAST_ENDPOINT)
    reactor.callWhenRunning(tell, {"address": last.rstrip(b"\0").decode()})
    reactor.run()


{"pyzmq": on_pyzmq, "txzmq": on_txzmq}[sys.argv[1]](*sys.argv[2:])
