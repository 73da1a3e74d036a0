/* The same where the kernel has no pidfd_open (before Linux 5.3) and no close_range (5.9). */
#include <sys/syscall.h>
#undef SYS_pidfd_open
#undef SYS_close_range
#define SYS_pidfd_open 99999
#define SYS_close_range 99998
#define OLD 1
#include "check_local.c"
