/* bare tcp|http ADDRESS PORT PER_SECOND: the system calls of that many checks a second, by a plain
   loop that keeps nothing: what a check costs at least, so written. Says every second how many were
   good. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in to;
static int                poller, http, good, bad;
static char               request[100], room[16384];

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void end(int fd, int ok)
{
    struct linger none = { 1, 0 };

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
    good += ok;
    bad += !ok;
}

static void begin(void)
{
    struct epoll_event e = { .events = EPOLLOUT };

    e.data.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (e.data.fd < 0)
        bad++;
    else if (connect(e.data.fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS)
        end(e.data.fd, 0);
    else
        epoll_ctl(poller, EPOLL_CTL_ADD, e.data.fd, &e);
}

static void writable(struct epoll_event *e)
{
    int       error = 0;
    socklen_t size = sizeof error;

    getsockopt(e->data.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error || !http) {
        end(e->data.fd, !error);
        return;
    }
    if (send(e->data.fd, request, strlen(request), MSG_NOSIGNAL) < 0) {
        end(e->data.fd, 0);
        return;
    }
    e->events = EPOLLIN;
    epoll_ctl(poller, EPOLL_CTL_MOD, e->data.fd, e);
}

static void readable(struct epoll_event *e)
{
    ssize_t n = recv(e->data.fd, room, sizeof room, 0);

    end(e->data.fd, n > 12 && memcmp(room, "HTTP/1.1 20", 11) == 0);
}

int main(int argc, char **argv)
{
    struct epoll_event list[256];
    double             per_second, start, told;
    long               begun = 0;
    int                i, n;

    if (argc != 5)
        return 2;
    http = strcmp(argv[1], "http") == 0;
    to.sin_family = AF_INET;
    inet_pton(AF_INET, argv[2], &to.sin_addr);
    to.sin_port = htons((unsigned short)atoi(argv[3]));
    per_second = atof(argv[4]);
    snprintf(request, sizeof request,
             "GET /empty HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
             argv[2]);
    poller = epoll_create1(EPOLL_CLOEXEC);
    for (start = told = now();;) {
        for (; (double)begun < (now() - start) * per_second; begun++)
            begin();
        n = epoll_wait(poller, list, 256, 1);
        for (i = 0; i < n; i++)
            (list[i].events & EPOLLIN ? readable : writable)(&list[i]);
        if (now() - told >= 1) {
            printf("good %d bad %d\n", good, bad);
            fflush(stdout);
            good = bad = 0;
            told = now();
        }
    }
}
