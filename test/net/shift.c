/* Loaded before libc: a process whose time of day is SHIFT seconds ahead of everybody else's. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *t)
{
    const char *shift = getenv("SHIFT");
    int         result = (int)syscall(SYS_clock_gettime, id, t);

    if (id == CLOCK_REALTIME && shift)
        t->tv_sec += atol(shift);
    return result;
}
