/* Measured: libzmq itself, driven from C by blocking calls. The command line is that of harness.py. */
#include "other-end.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define TAG "tag"

static const char *task = "";
static const char *addresses[1024];
static int address_count;
static const char *thread_role;
static long size = 16, parts = 1, window = 1, connections = 1, high_water_mark = 1000;

/* Rounds ------------------------------------------------------------------------------------- */

/* The round is over when so many are counted. The alarm sets it to 0. */
static volatile long limit = 0;
static int leading_in;
static long lead_count, round_ms, began_counting;
static double began, cpu_began;

static double clock_ms(clockid_t clock) {
    struct timespec at;
    clock_gettime(clock, &at);
    return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}

static double cpu_ms(void) {
    return clock_ms(thread_role == NULL ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID);
}

static void on_alarm(int signal) {
    (void)signal;
    limit = 0;
}

static void begin(long ms, long count) {
    limit = count > 0 ? count : LONG_MAX;
    if (ms > 0) {
        struct itimerval timer = {{0, 0}, {ms / 1000, ms % 1000 * 1000}};
        setitimer(ITIMER_REAL, &timer, NULL);
    }
    cpu_began = cpu_ms();
    began = clock_ms(CLOCK_MONOTONIC);
}

static long resident(void) {
    long pages = 0, all;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%ld %ld", &all, &pages) != 2) pages = 0;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* Ends a round, with so many counted in it, and begins the next one. Returns 0, to count anew. */
static long turn(long count) {
    char line[64];
    long lead = 0, number = 0;
    double wall = clock_ms(CLOCK_MONOTONIC) - began;
    double cpu = cpu_ms() - cpu_began;
    if (leading_in) {
        leading_in = 0;
        lead_count = count;
        begin(round_ms, 0);
        return 0;
    }
    if (began_counting) {
        printf("{\"count\":%ld,\"total\":%ld,\"wallMs\":%.6f,\"cpuMs\":%.6f,\"rss\":%ld}\n", count,
               count + lead_count, wall, cpu, resident());
    } else {
        printf("{\"ready\":true}\n");
    }
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL) _exit(0);
    began_counting = 1;
    lead_count = 0;
    if (sscanf(line, "ms %ld %ld", &lead, &round_ms) == 2) {
        leading_in = lead > 0;
        begin(leading_in ? lead : round_ms, 0);
    } else if (sscanf(line, "count %ld", &number) == 1) {
        begin(0, number);
    }
    return 0;
}

/* Work --------------------------------------------------------------------------------------- */

static void fail(const char *what) {
    if (errno == EINTR) return; /* the alarm */
    fprintf(stderr, "libzmq: %s: %s\n", what, zmq_strerror(errno));
    exit(1);
}

static void *open_socket(void *context, int type) {
    void *socket = zmq_socket(context, type);
    int mark = (int)high_water_mark;
    if (socket == NULL) fail("socket");
    zmq_setsockopt(socket, ZMQ_SNDHWM, &mark, sizeof mark);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &mark, sizeof mark);
    for (int i = 0; i < address_count; i += 1) {
        if (zmq_connect(socket, addresses[i]) != 0) fail(addresses[i]);
    }
    return socket;
}

/* Takes a whole message. Returns whether there was one. */
static int take(void *socket, zmq_msg_t *message, int flags) {
    do {
        while (zmq_msg_recv(message, socket, flags) < 0) {
            if (errno == EAGAIN) return 0;
            fail("receive");
        }
    } while (zmq_msg_more(message));
    return 1;
}

static void give(void *socket, const void *body, size_t length, int flags) {
    while (zmq_send(socket, body, length, flags) < 0) fail("send");
}

static void receive(void *context) {
    void *pull = open_socket(context, ZMQ_PULL);
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (long count = turn(0);;) {
        take(pull, &message, 0);
        if (++count >= limit) count = turn(count);
    }
}

static void receive_from_many(void *context) {
    zmq_pollitem_t *items = calloc(connections, sizeof *items);
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (long i = 0; i < connections; i += 1) {
        items[i].socket = open_socket(context, ZMQ_PULL);
        items[i].events = ZMQ_POLLIN;
    }
    for (long count = turn(0);;) {
        if (zmq_poll(items, (int)connections, -1) < 0) fail("poll");
        for (long i = 0; i < connections; i += 1) {
            if (!(items[i].revents & ZMQ_POLLIN)) continue;
            while (take(items[i].socket, &message, ZMQ_DONTWAIT)) {
                if (++count >= limit) count = turn(count);
            }
        }
    }
}

static void send_all(void *context, const char *body) {
    void *push = open_socket(context, ZMQ_PUSH);
    for (long count = turn(0);;) {
        for (long part = 1; part <= parts; part += 1)
            give(push, body, size, part < parts ? ZMQ_SNDMORE : 0);
        if (++count >= limit) count = turn(count);
    }
}

static void publish(void *context, const char *body) {
    void *pub = open_socket(context, ZMQ_PUB);
    for (long count = turn(0);;) {
        give(pub, TAG, strlen(TAG), ZMQ_SNDMORE);
        give(pub, body, size, 0);
        if (++count >= limit) count = turn(count);
    }
}

static void request(void *context, const char *body) {
    void *req = open_socket(context, ZMQ_REQ);
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (long count = turn(0);;) {
        give(req, body, size, 0);
        take(req, &message, 0);
        if (++count >= limit) count = turn(count);
    }
}

static void keep_in_flight(void *context, const char *body) {
    void *dealer = open_socket(context, ZMQ_DEALER);
    zmq_msg_t message;
    zmq_msg_init(&message);
    long count = turn(0);
    for (long i = 0; i < window; i += 1) {
        give(dealer, "", 0, ZMQ_SNDMORE);
        give(dealer, body, size, 0);
    }
    for (;;) {
        take(dealer, &message, 0);
        give(dealer, "", 0, ZMQ_SNDMORE);
        give(dealer, body, size, 0);
        if (++count >= limit) count = turn(count);
    }
}

int main(int argc, char **argv) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *flag = argv[i], *value = argv[i + 1];
        if (strcmp(flag, "--task") == 0) task = value;
        else if (strcmp(flag, "--address") == 0) addresses[address_count++] = value;
        else if (strcmp(flag, "--size") == 0) size = atol(value);
        else if (strcmp(flag, "--parts") == 0) parts = atol(value);
        else if (strcmp(flag, "--window") == 0) window = atol(value);
        else if (strcmp(flag, "--connections") == 0) connections = atol(value);
        else if (strcmp(flag, "--high-water-mark") == 0) high_water_mark = atol(value);
        else if (strcmp(flag, "--other-end") == 0) thread_role = value;
    }
    if (argc == 2 && strcmp(argv[1], "--versions") == 0) {
        int major, minor, patch;
        zmq_version(&major, &minor, &patch);
        printf("{\"libzmq\":\"%d.%d.%d\"}\n", major, minor, patch);
        return 0;
    }
    struct sigaction action = {0};
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    void *context = zmq_ctx_new();
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, 4096);
    char bound[1024];
    if (thread_role != NULL && other_end_start(context, thread_role, addresses[0], size, parts,
                                               high_water_mark, 1, bound, sizeof bound) != 0)
        fail("the other end");
    char *body = malloc(size);
    memset(body, 1, size);
    if (strcmp(task, "receive") == 0) {
        if (connections == 1) receive(context);
        else receive_from_many(context);
    } else if (strcmp(task, "send") == 0) send_all(context, body);
    else if (strcmp(task, "publish") == 0) publish(context, body);
    else if (strcmp(task, "req") == 0) request(context, body);
    else if (strcmp(task, "in-flight") == 0) keep_in_flight(context, body);
    fprintf(stderr, "libzmq: no task \"%s\"\n", task);
    return 2;
}
