"""What the measured programs in Python have in common: their command line, and the rounds.

Each program is started as

    PROGRAM --task receive|send|publish|req|in-flight --address ADDRESS... --size BYTES --parts N
            --window N --connections N --high-water-mark N [--other-end ROLE --library FILE]

or with --versions, to tell what it is built on. It says when it is ready, and then runs a round for
each line on its standard input, until that ends:

    ms LEAD TIME   counts for so many ms, after so many ms of the same work that are not counted
    count N        counts to N

After each round it prints one line of JSON.
"""

import argparse
import ctypes
import json
import os
import platform
import resource
import signal
import sys
import time

import zmq

TAG = b"tag"
PAGE = os.sysconf("SC_PAGESIZE")


class Meter:
    """Counts, and runs the rounds. A program does its work for ever, and counts like this:

        count += 1
        if count >= meter.limit:
            count = meter.turn(count)

    Between two rounds `turn` blocks: nothing happens then.
    """

    def __init__(self, cpu_time):
        self.limit = sys.maxsize
        self.count = 0  # for programs that count in more than one place
        self._cpu_time = cpu_time
        self._round_ms = 0
        self._leading_in = False
        self._lead_count = 0
        signal.signal(signal.SIGALRM, self._on_alarm)

    def _on_alarm(self, _signal, _frame):
        self.limit = 0

    def ready(self):
        self.count = 0
        print(json.dumps({"ready": True}), flush=True)
        self._next()

    def one(self):
        """Counts one in `count`."""
        self.count += 1
        if self.count >= self.limit:
            self.count = self.turn(self.count)

    def turn(self, count):
        wall = time.perf_counter() - self._began
        cpu = self._cpu_time() - self._cpu_began
        if self._leading_in:
            self._leading_in = False
            self._lead_count = count
            self._begin(self._round_ms)
            return 0
        sample = {
            "count": count,
            "total": count + self._lead_count,
            "wallMs": wall * 1e3,
            "cpuMs": cpu * 1e3,
            "rss": resident(),
        }
        print(json.dumps(sample), flush=True)
        self._next()
        return 0

    def _next(self):
        words = sys.stdin.readline().split()
        self._lead_count = 0
        if len(words) == 3:
            lead, self._round_ms = int(words[1]), int(words[2])
            self._leading_in = lead > 0
            self._begin(lead or self._round_ms)
        elif len(words) == 2:
            self._begin(0, int(words[1]))
        else:
            os._exit(0)

    def _begin(self, ms, limit=sys.maxsize):
        self.limit = limit
        if ms > 0:
            signal.setitimer(signal.ITIMER_REAL, ms / 1000)
        self._cpu_began = self._cpu_time()
        self._began = time.perf_counter()


def resident():
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE
    except OSError:
        return 0


def arguments(**versions):
    """The command line. `versions`: of what the program is built on, beside Python and pyzmq."""
    if sys.argv[1:] == ["--versions"]:
        told = {
            "Python": platform.python_version(),
            "pyzmq": zmq.pyzmq_version(),
            **versions,
            "libzmq": zmq.zmq_version(),
        }
        print(json.dumps(told))
        sys.exit(0)
    parser = argparse.ArgumentParser()
    parser.add_argument("--task", required=True)
    parser.add_argument("--address", action="append", required=True)
    for name, default in (("size", 16), ("parts", 1), ("window", 1), ("connections", 1)):
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--high-water-mark", type=int, default=1000)
    parser.add_argument("--other-end", help="its role, where it is a thread of this process")
    parser.add_argument("--library", help="the other end as a shared library")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    options.meter = Meter(time.thread_time if options.other_end else time.process_time)
    options.body = b"\x01" * options.size
    options.message = [options.body] * options.parts
    return options


def start_other_end(options, context):
    """Starts the other end in a thread on this context, where that is wanted (inproc)."""
    context.set(zmq.MAX_SOCKETS, 4096)
    if options.other_end is None:
        return
    library = ctypes.CDLL(options.library)
    with open("/proc/self/maps", encoding="ascii") as file:
        copies = {line.split()[-1] for line in file if "libzmq" in line}
    if len(copies) > 1:
        sys.exit("pyzmq brings a libzmq of its own: its context is of no use to another one")
    bound = ctypes.create_string_buffer(1024)
    failed = library.other_end_start(
        ctypes.c_void_p(context.underlying),
        options.other_end.encode(),
        options.address[0].encode(),
        ctypes.c_long(options.size),
        ctypes.c_long(options.parts),
        ctypes.c_long(options.high_water_mark),
        ctypes.c_long(1),
        bound,
        ctypes.c_size_t(len(bound)),
    )
    if failed:
        sys.exit("the other end could not be started")


def make_socket(options, context, kind):
    socket = context.socket(kind)
    socket.set_hwm(options.high_water_mark)
    return socket


def open_socket(options, context, kind):
    """A socket that is connected to the other end."""
    socket = make_socket(options, context, kind)
    for address in options.address:
        socket.connect(address)
    return socket
