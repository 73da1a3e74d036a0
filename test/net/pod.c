/* pod - what a container runtime does before it starts the one process of a pod
 *
 *     pod [-u UID] [-n] [-a] [-f] [-b CAPS] BINARY
 *
 * A pid namespace of its own in which BINARY is process 1, a mount namespace whose root is a
 * read-only tmpfs holding nothing but BINARY, a bounding set of NET_ADMIN and NET_RAW (or the list
 * of numbers after -b), nothing inheritable. Host network: the caller's.
 *   -u UID   not root        -n   no_new_privs (allowPrivilegeEscalation: false)
 *   -a       the two as ambient capabilities
 *   -f       the two as file capabilities of BINARY, permitted but not effective (=p)
 * The environment is passed on. SIGTERM goes to process 1; its exit status is ours. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static uint32_t keep = 1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW;
static uid_t    user;
static bool     no_new_privs, ambient, file_caps;
static pid_t    child;

static void check(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "pod: %s: %s\n", what, strerror(errno));
    exit(99);
}

static void forward(int number)
{
    kill(child, number);
}

static void copy(const char *from, const char *to)
{
    struct stat st;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    check(in >= 0 && out >= 0 && !fstat(in, &st), from);
    for (off_t at = 0; at < st.st_size;)
        check(sendfile(out, in, &at, (size_t)(st.st_size - at)) > 0, to);
    fchmod(out, 0755);
    if (file_caps) {
        struct vfs_cap_data caps = { .magic_etc = VFS_CAP_REVISION_2 };
        caps.data[0].permitted = keep;
        check(!fsetxattr(out, "security.capability", &caps, sizeof caps, 0), "file capabilities");
    }
    close(in);
    close(out);
}

static void root(const char *binary)
{
    const char *dir = "/run/pod";
    check(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
    mkdir(dir, 0755);
    check(!mount("pod", dir, "tmpfs", 0, "mode=755"), "tmpfs");
    copy(binary, "/run/pod/sidecar");
    check(!chdir(dir) && !syscall(SYS_pivot_root, ".", "."), "pivot_root");
    check(!umount2(".", MNT_DETACH) && !chdir("/"), "old root");
    check(!mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL), "read-only root");
    check(mkdir("/x", 0755) < 0 && errno == EROFS, "still writable");
}

static void privileges(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = { { 0, 0, 0 }, { 0, 0, 0 } };
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (cap > 31 || !(keep >> cap & 1))
            check(!prctl(PR_CAPBSET_DROP, cap), "bounding set");
    if (user) {
        prctl(PR_SET_KEEPCAPS, ambient);
        check(!setgroups(0, NULL) && !setgid(user) && !setuid(user), "uid");
    }
    if (!user || ambient)
        data[0].permitted = data[0].effective = keep;
    if (ambient)
        data[0].inheritable = keep;
    check(!syscall(SYS_capset, &head, data), "capset");
    for (int cap = 0; ambient && cap < 32; cap++)
        if (keep >> cap & 1)
            check(!prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0), "ambient");
    if (no_new_privs)
        check(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
}

int main(int argc, char **argv)
{
    int option, status;
    while ((option = getopt(argc, argv, "u:nafb:")) > 0) {
        switch (option) {
        case 'u': user = (uid_t)atoi(optarg); break;
        case 'n': no_new_privs = true; break;
        case 'a': ambient = true; break;
        case 'f': file_caps = true; break;
        case 'b':
            keep = 0;
            for (char *w = strtok(optarg, ","); w; w = strtok(NULL, ","))
                keep |= 1u << atoi(w);
            break;
        default: return 2;
        }
    }
    if (optind >= argc)
        return 2;
    char *words[] = { "/sidecar", NULL };
    check(!unshare(CLONE_NEWPID | CLONE_NEWNS), "unshare");
    child = fork();
    check(child >= 0, "fork");
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        root(argv[optind]);
        privileges();
        execv(words[0], words);
        check(false, "exec");
    }
    signal(SIGTERM, forward);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
