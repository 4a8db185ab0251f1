/*
 * The other end of all that is measured: one and the same for every peer.
 *
 *   other-end ROLE ADDRESS SIZE PARTS HIGH-WATER-MARK SUBSCRIBERS
 *
 * source       a PUSH that sends as fast as it is taken from
 * portions     a PUSH that sends so many as it is told to
 * sink         a PULL that counts and drops
 * subscribers  so many SUBs that count and drop, each bound to an address of its own
 * echo         a ROUTER that sends every request back
 * broker       a ROUTER and a DEALER with the built-in proxy between them, and a REP that echoes
 *
 * It binds and prints what it has bound. Then it answers each line on its standard input, and ends
 * with it:
 *
 *   mark         starts to count anew
 *   give N       sends so many
 *   status N     as soon as N messages have arrived, or none for a while: how many have, the time from
 *                the first to the last, and the CPU time of the whole process
 *
 * Compiled with OTHER_END_LIBRARY it has no main, for programs whose other end is a thread of theirs.
 */
#include "other-end.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define TAG "tag"
#define BACKEND "inproc://other-end-backend"

static atomic_long arrived;
static atomic_llong first_arrival;
static atomic_llong last_arrival;

static long long now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * 1000000000LL + at.tv_nsec;
}

typedef struct {
    void *sockets[1024];
    long count;
    char *body;
    long size;
    long parts;
} work_t;

/* Through it a portion's size reaches the thread that sends it. */
static int portion_pipe[2];

static int push_all(work_t *work, long messages) {
    for (; messages > 0; messages -= 1) {
        for (long part = 1; part <= work->parts; part += 1) {
            int flags = part < work->parts ? ZMQ_SNDMORE : 0;
            if (zmq_send_const(work->sockets[0], work->body, work->size, flags) < 0) return -1;
        }
    }
    return 0;
}

static void *source(void *argument) {
    while (push_all(argument, LONG_MAX) == 0) continue;
    return NULL;
}

static void *portions(void *argument) {
    long messages;
    while (read(portion_pipe[0], &messages, sizeof messages) == sizeof messages) {
        if (push_all(argument, messages) != 0) break;
    }
    return NULL;
}

/* Takes one message without waiting. Returns whether there was one. */
static int take(void *socket, zmq_msg_t *message) {
    do {
        if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0) return 0;
    } while (zmq_msg_more(message));
    return 1;
}

static void *sink(void *argument) {
    work_t *work = argument;
    zmq_pollitem_t *items = calloc(work->count, sizeof *items);
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (long i = 0; i < work->count; i += 1) {
        items[i].socket = work->sockets[i];
        items[i].events = ZMQ_POLLIN;
    }
    while (zmq_poll(items, (int)work->count, -1) >= 0) {
        if (atomic_load(&arrived) == 0) atomic_store(&first_arrival, now());
        for (long i = 0; i < work->count; i += 1) {
            if (!(items[i].revents & ZMQ_POLLIN)) continue;
            long taken = 0;
            while (taken < 1000 && take(items[i].socket, &message)) taken += 1;
            atomic_store(&last_arrival, now());
            atomic_fetch_add(&arrived, taken);
        }
    }
    return NULL;
}

static void *echo(void *argument) {
    void *socket = ((work_t *)argument)->sockets[0];
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (zmq_msg_recv(&message, socket, 0) >= 0) {
        if (zmq_msg_send(&message, socket, zmq_msg_more(&message) ? ZMQ_SNDMORE : 0) < 0) break;
    }
    return NULL;
}

/* What a REP receives it has to receive to the end before it replies. */
static void *worker(void *argument) {
    void *rep = ((work_t *)argument)->sockets[2];
    zmq_msg_t parts[8];
    for (int i = 0; i < 8; i += 1) zmq_msg_init(&parts[i]);
    for (;;) {
        int last = 0;
        while (zmq_msg_recv(&parts[last], rep, 0) >= 0 && zmq_msg_more(&parts[last]) && last < 7)
            last += 1;
        for (int i = 0; i <= last; i += 1) {
            if (zmq_msg_send(&parts[i], rep, i < last ? ZMQ_SNDMORE : 0) < 0) return NULL;
        }
    }
}

static void *proxy(void *argument) {
    work_t *work = argument;
    zmq_proxy(work->sockets[0], work->sockets[1], NULL);
    return NULL;
}

static void *open_socket(void *context, int type, int high_water_mark) {
    void *socket = zmq_socket(context, type);
    int linger = 0;
    if (socket == NULL) return NULL;
    zmq_setsockopt(socket, ZMQ_SNDHWM, &high_water_mark, sizeof high_water_mark);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &high_water_mark, sizeof high_water_mark);
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    return socket;
}

int other_end_start(void *context, const char *role, const char *address, long size, long parts,
                    long high_water_mark, long subscribers, char *addresses, size_t room) {
    static const struct {
        const char *role;
        int type;
        void *(*work)(void *);
    } roles[] = {{"source", ZMQ_PUSH, source},
                 {"portions", ZMQ_PUSH, portions},
                 {"sink", ZMQ_PULL, sink},
                 {"subscribers", ZMQ_SUB, sink},
                 {"echo", ZMQ_ROUTER, echo},
                 {"broker", ZMQ_ROUTER, proxy}};
    size_t which = 0;
    while (strcmp(roles[which].role, role) != 0) {
        which += 1;
        if (which == sizeof roles / sizeof roles[0]) return -1;
    }
    work_t *work = calloc(1, sizeof *work);
    work->body = malloc(size);
    memset(work->body, 1, size);
    work->size = size;
    work->parts = parts;
    work->count = roles[which].type == ZMQ_SUB ? subscribers : 1;
    addresses[0] = '\0';
    for (long i = 0; i < work->count; i += 1) {
        char bound[512];
        size_t length = sizeof bound;
        void *socket = open_socket(context, roles[which].type, (int)high_water_mark);
        /* A wildcard gives each socket a port of its own; a path or a name has to be made different. */
        snprintf(bound, sizeof bound, i == 0 || strchr(address, '*') ? "%s" : "%s-%ld", address, i);
        if (roles[which].type == ZMQ_SUB)
            zmq_setsockopt(socket, ZMQ_SUBSCRIBE, TAG, strlen(TAG));
        if (socket == NULL || zmq_bind(socket, bound) != 0) return -1;
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, bound, &length);
        size_t end = strlen(addresses);
        snprintf(addresses + end, room - end, "%s\"%s\"", i == 0 ? "" : ",", bound);
        work->sockets[i] = socket;
    }

    /* The alarm that ends a round is for the program that is measured. */
    sigset_t alarm, before;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &before);
    pthread_t thread;
    if (roles[which].work == proxy) {
        work->sockets[1] = open_socket(context, ZMQ_DEALER, (int)high_water_mark);
        work->sockets[2] = open_socket(context, ZMQ_REP, (int)high_water_mark);
        if (zmq_bind(work->sockets[1], BACKEND) != 0) return -1;
        if (zmq_connect(work->sockets[2], BACKEND) != 0) return -1;
        pthread_create(&thread, NULL, worker, work);
    }
    if (roles[which].work == portions && pipe(portion_pipe) != 0) return -1;
    pthread_create(&thread, NULL, roles[which].work, work);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return 0;
}

#ifndef OTHER_END_LIBRARY

static void pause_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Waits until so many have arrived, or nothing has for a while. */
static void settle(long expected) {
    long before = -1;
    for (int quiet = 0; quiet < 50 && atomic_load(&arrived) < expected; pause_ms(1)) {
        long count = atomic_load(&arrived);
        quiet = count == before ? quiet + 1 : 0;
        before = count;
    }
}

static void report(void) {
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("{\"count\":%ld,\"ms\":%.6f,\"cpuMs\":%.6f}\n", atomic_load(&arrived),
           (atomic_load(&last_arrival) - atomic_load(&first_arrival)) / 1e6,
           cpu.tv_sec * 1e3 + cpu.tv_nsec / 1e6);
    fflush(stdout);
}

int main(int argc, char **argv) {
    static char addresses[65536];
    char line[64];
    if (argc == 2 && strcmp(argv[1], "--versions") == 0) {
        int major, minor, patch;
        zmq_version(&major, &minor, &patch);
        printf("{\"libzmq\":\"%d.%d.%d\"}\n", major, minor, patch);
        return 0;
    }
    if (argc != 7) {
        fprintf(stderr, "usage: other-end ROLE ADDRESS SIZE PARTS HIGH-WATER-MARK SUBSCRIBERS\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    if (other_end_start(zmq_ctx_new(), argv[1], argv[2], atol(argv[3]), atol(argv[4]), atol(argv[5]),
                        atol(argv[6]), addresses, sizeof addresses) != 0) {
        fprintf(stderr, "other-end: %s at %s: %s\n", argv[1], argv[2], zmq_strerror(zmq_errno()));
        return 1;
    }
    printf("{\"addresses\":[%s]}\n", addresses);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strncmp(line, "mark", 4) == 0) {
            atomic_store(&first_arrival, 0);
            atomic_store(&last_arrival, 0);
            atomic_store(&arrived, 0);
        } else if (strncmp(line, "give", 4) == 0) {
            long messages = atol(line + strlen("give"));
            if (write(portion_pipe[1], &messages, sizeof messages) < 0) return 1;
            continue;
        } else {
            settle(atol(line + strlen("status")));
        }
        report();
    }
    _exit(0); /* the sockets are still at work */
}

#endif
