# A peer with security in plain pyzmq: a client (PUSH) that sends a word, or a server (PULL) with pyzmq's
# authenticator, which prints its address and then each message. Ends with its standard input.
import json
import sys

import zmq
import zmq.auth
from zmq.auth.thread import ThreadAuthenticator

role, mechanism, folder, where = sys.argv[1:5]
context = zmq.Context()


def say(what):
    print(json.dumps(what), flush=True)


def load(name):
    return zmq.auth.load_certificate(f"{folder}/{name}")


if role == "client":
    socket = context.socket(zmq.PUSH)
    socket.linger = 0
    if mechanism == "PLAIN":
        socket.plain_username, socket.plain_password = b"ada", sys.argv[5].encode()
    if mechanism == "CURVE":
        socket.curve_publickey, socket.curve_secretkey = load(sys.argv[5])
        socket.curve_serverkey = load("server.key")[0]
    socket.connect(where)
    socket.send(b"from pyzmq")
    sys.stdin.read()
else:
    auth = ThreadAuthenticator(context)
    auth.start()
    auth.allow("127.0.0.1")
    auth.configure_plain(domain="*", passwords={"ada": "secret"})
    auth.configure_curve(domain="*", location=f"{folder}/clients")
    socket = context.socket(zmq.PULL)
    socket.linger = 0
    if mechanism == "NULL":
        socket.zap_domain = b"global"
    if mechanism == "PLAIN":
        socket.plain_server = True
    if mechanism == "CURVE":
        socket.curve_publickey, socket.curve_secretkey = load("server.key_secret")
        socket.curve_server = True
    socket.bind(where)
    say(socket.last_endpoint.decode())
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(sys.stdin.fileno(), zmq.POLLIN)
    while True:
        ready = dict(poller.poll())
        if socket in ready:
            say(socket.recv().decode())
        if sys.stdin.fileno() in ready:
            break
    auth.stop()
context.destroy()
