#include "witness.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void command_line(int argc, char **argv, char **envp)
{
    char key[32], cwd[4096];
    for (int i = 0; i < argc; i++) {
        snprintf(key, sizeof key, "arg.%d", i);
        say(key, "%s", argv[i]);
    }
    for (; *envp; envp++)
        say("env", "%s", *envp);
    say("cwd", "%s", getcwd(cwd, sizeof cwd) ? cwd : errno_name(errno));
}

static void identity(void)
{
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid, groups[65536];
    char list[8192] = "";
    getresuid(&ruid, &euid, &suid);
    getresgid(&rgid, &egid, &sgid);
    say("uid", "%u %u %u %u", ruid, euid, suid, (unsigned)setfsuid(-1));
    say("gid", "%u %u %u %u", rgid, egid, sgid, (unsigned)setfsgid(-1));
    int count = getgroups(sizeof groups / sizeof *groups, groups), used = 0;
    for (int i = 0; i < count && used < (int)sizeof list - 16; i++)
        used += snprintf(list + used, sizeof list - used, "%s%u", i ? " " : "", groups[i]);
    say("groups", "%s", list);
    mode_t mask = umask(0);
    umask(mask);
    say("umask", "%04o", mask);
    say("pid", "%d", getpid());
    say("ppid", "%d", getppid());
    say("sid", "%d", getsid(0));
    say("pgid", "%d", getpgid(0));
}

static void privileges(void)
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { 0 };
    unsigned long long bounding = 0, ambient = 0;
    syscall(SYS_capget, &header, data);
    for (int i = 0; i < 64; i++) {
        if (prctl(PR_CAPBSET_READ, i) == 1)
            bounding |= 1ULL << i;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1)
            ambient |= 1ULL << i;
    }
#define WHOLE(field) ((unsigned long long)data[1].field << 32 | data[0].field)
    say("cap.inheritable", "%016llx", WHOLE(inheritable));
    say("cap.permitted", "%016llx", WHOLE(permitted));
    say("cap.effective", "%016llx", WHOLE(effective));
    say("cap.bounding", "%016llx", bounding);
    say("cap.ambient", "%016llx", ambient);
    say("securebits", "%d", prctl(PR_GET_SECUREBITS));
    say("no_new_privs", "%d", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    say("seccomp", "%d", prctl(PR_GET_SECCOMP));
    int signal = 0, reaper = 0;
    prctl(PR_GET_PDEATHSIG, &signal);
    prctl(PR_GET_CHILD_SUBREAPER, &reaper);
    say("pdeathsig", "%d", signal);
    say("child_subreaper", "%d", reaper);
    say("dumpable", "%d", prctl(PR_GET_DUMPABLE));
}

static void limits(void)
{
    static const char *const names[] = { "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME" };
    char key[32];
    struct rlimit limit;
    for (int i = 0; i < 16; i++) {
        getrlimit(i, &limit);
        snprintf(key, sizeof key, "RLIMIT_%s", names[i]);
        say(key, "%llu %llu", (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
    }
}

static void scheduling(void)
{
    struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t runtime, deadline, period; uint32_t min, max; } s = { 0 };
    syscall(SYS_sched_getattr, 0, &s, sizeof s, 0);
    say("scheduler", "policy %u nice %d priority %u flags %llu runtime %llu deadline %llu period %llu", s.policy, s.nice, s.priority,
        (unsigned long long)s.flags, (unsigned long long)s.runtime, (unsigned long long)s.deadline, (unsigned long long)s.period);
    long priority = syscall(SYS_ioprio_get, 1, 0);
    say("ioprio", "class %ld priority %ld", priority >> 13, priority & 0x1fff);
    say("personality", "%08x", (unsigned)personality(0xffffffff));
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    sched_getaffinity(0, sizeof cpus, &cpus);
    say("cpus", "%d", CPU_COUNT(&cpus));
    int mode = -1;
    unsigned long nodes[16] = { 0 };
    if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, 0, 0) == 0)
        say("mempolicy", "mode %d nodes %lx", mode & 0xfff, nodes[0]);
}

static void signals(void)
{
    sigset_t blocked;
    struct sigaction action;
    char list[512] = "";
    int used = 0;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i <= 64; i++) {
        if (sigismember(&blocked, i) == 1)
            used += snprintf(list + used, sizeof list - used, "blocked %d ", i);
        if (sigaction(i, NULL, &action) == 0 && action.sa_handler != SIG_DFL)
            used += snprintf(list + used, sizeof list - used, "not default %d ", i);
    }
    say("signals", "%s", list);
}

static void names(void)
{
    struct utsname name;
    char key[32], path[64], target[256];
    static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts" };
    uname(&name);
    say("hostname", "%s", name.nodename);
    say("domainname", "%s", name.domainname);
    say("machine", "%s", name.machine);
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
        ssize_t length = readlink(path, target, sizeof target - 1);
        snprintf(key, sizeof key, "ns.%s", kinds[i]);
        if (length >= 0)
            target[length] = 0;
        say(key, "%s", length < 0 ? errno_name(errno) : target);
    }
    {
        char description[512] = "";
        long session = syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, description, sizeof description - 1);
        say("keyring", "%s", session < 0 ? errno_name(errno) : description);
    }
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    say("monotonic", "%lld", (long long)at.tv_sec);
    clock_gettime(CLOCK_BOOTTIME, &at);
    say("boottime", "%lld", (long long)at.tv_sec);
}

static void lines(const char *key, const char *path)
{
    char line[8192];
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        say(key, "%s", line);
    }
    if (file)
        fclose(file);
}

static void descriptors(void)
{
    char key[32], path[64], target[4096];
    for (int fd = 0; fd < 1024; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0)
            continue;
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, target, sizeof target - 1);
        target[length < 0 ? 0 : length] = 0;
        snprintf(key, sizeof key, "fd.%d", fd);
        say(key, "%s", target);
    }
    struct winsize size = { 0 };
    for (int fd = 0; fd < 3; fd++) {
        snprintf(key, sizeof key, "tty.%d", fd);
        if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
            say(key, "%s %dx%d", ttyname(fd) ? ttyname(fd) : "?", size.ws_col, size.ws_row);
    }
}

static void devices(void)
{
    char key[300], path[300], target[4096];
    struct stat node;
    DIR *directory = opendir("/dev");
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        snprintf(path, sizeof path, "/dev/%s", entry->d_name);
        snprintf(key, sizeof key, "dev.%s", entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path, &node) < 0)
            continue;
        if (S_ISLNK(node.st_mode)) {
            ssize_t length = readlink(path, target, sizeof target - 1);
            target[length < 0 ? 0 : length] = 0;
            say(key, "-> %s", target);
        } else if (S_ISCHR(node.st_mode) || S_ISBLK(node.st_mode)) {
            say(key, "%c %u:%u %04o %u:%u", S_ISCHR(node.st_mode) ? 'c' : 'b', major(node.st_rdev), minor(node.st_rdev), node.st_mode & 07777, node.st_uid, node.st_gid);
        } else {
            say(key, "%c %04o %u:%u", S_ISDIR(node.st_mode) ? 'd' : S_ISFIFO(node.st_mode) ? 'p' : '-', node.st_mode & 07777, node.st_uid, node.st_gid);
        }
    }
    if (directory)
        closedir(directory);
}

static void network(void)
{
    struct if_nameindex *all = if_nameindex();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (struct if_nameindex *one = all; one && one->if_name; one++) {
        struct ifreq request = { 0 };
        strncpy(request.ifr_name, one->if_name, IFNAMSIZ - 1);
        ioctl(fd, SIOCGIFFLAGS, &request);
        say("link", "%s %s", one->if_name, request.ifr_flags & IFF_UP ? "up" : "down");
    }
    if (all)
        if_freenameindex(all);
    if (fd >= 0)
        close(fd);
}

void report(int argc, char **argv, char **envp)
{
    descriptors();
    command_line(argc, argv, envp);
    identity();
    privileges();
    limits();
    scheduling();
    signals();
    names();
    lines("oom_score_adj", "/proc/self/oom_score_adj");
    lines("uid_map", "/proc/self/uid_map");
    lines("gid_map", "/proc/self/gid_map");
    lines("cgroup", "/proc/self/cgroup");
    lines("mount", "/proc/self/mountinfo");
    devices();
    network();
}
