#include "witness.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static void tell(const char *argument, int failed)
{
    say(argument, "%s", failed ? errno_name(errno) : "ok");
}

// read=PATH: the first 16 KiB of a file.
static void do_read(const char *argument, const char *path)
{
    static char text[16384];
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    text[length < 0 ? 0 : length] = 0;
    say(argument, "%s", length < 0 ? errno_name(errno) : text);
    if (fd >= 0)
        close(fd);
}

// stdin=: all of standard input.
static void do_stdin(const char *argument)
{
    static char text[16384];
    size_t length = fread(text, 1, sizeof text - 1, stdin);
    text[length] = 0;
    say(argument, "%s", text);
}

// write=PATH: opens for writing what is there, and writes nothing.
static void do_write(const char *argument, const char *path)
{
    int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    tell(argument, fd < 0);
    if (fd >= 0)
        close(fd);
}

// put=PATH:TEXT
static void do_put(const char *argument, char *path)
{
    char *text = strrchr(path, ':');
    if (text)
        *text++ = 0;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    tell(argument, !text || fd < 0 || write(fd, text, strlen(text)) < 0);
    if (fd >= 0)
        close(fd);
}

// create=PATH: makes a file and leaves it.
static void do_create(const char *argument, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    tell(argument, fd < 0);
    if (fd >= 0)
        close(fd);
}

// stat=PATH: type, mode, owner, device number, size; of what a link leads to.
static void do_stat(const char *argument, const char *path)
{
    struct stat s;
    if (stat(path, &s) < 0) {
        say(argument, "%s", errno_name(errno));
        return;
    }
    char type = S_ISDIR(s.st_mode) ? 'd' : S_ISCHR(s.st_mode) ? 'c' : S_ISBLK(s.st_mode) ? 'b' : S_ISFIFO(s.st_mode) ? 'p' : S_ISREG(s.st_mode) ? '-' : '?';
    say(argument, "%c %04o %u:%u %u:%u %lld", type, s.st_mode & 07777, s.st_uid, s.st_gid, major(s.st_rdev), minor(s.st_rdev), (long long)s.st_size);
}

// list=PATH: the names in a directory, sorted.
static void do_list(const char *argument, const char *path)
{
    static char text[16384];
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort), used = 0;
    text[0] = 0;
    for (int i = 0; i < count && used < (int)sizeof text - 300; i++)
        if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0)
            used += snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", entries[i]->d_name);
    say(argument, "%s", count < 0 ? errno_name(errno) : text);
}

// mknod=PATH:c:MAJOR:MINOR
static void do_mknod(const char *argument, char *path)
{
    char type = 'c';
    unsigned numbers[2] = { 0 };
    char *rest = strchr(path, ':');
    if (!rest || sscanf(rest, ":%c:%u:%u", &type, &numbers[0], &numbers[1]) != 3)
        return;
    *rest = 0;
    tell(argument, mknod(path, (type == 'b' ? S_IFBLK : S_IFCHR) | 0666, makedev(numbers[0], numbers[1])) < 0);
}

// call=NUMBER[,ARGUMENT…]: a system call; its errno, or its result.
static void do_call(const char *argument, char *text)
{
    long a[7] = { 0 };
    int count = 0;
    for (char *one = strtok(text, ","); one && count < 7; one = strtok(NULL, ","))
        a[count++] = strtol(one, NULL, 0);
    long result = syscall(a[0], a[1], a[2], a[3], a[4], a[5], a[6]);
    if (result < 0)
        say(argument, "%s", errno_name(errno));
    else
        say(argument, "%ld", result);
}

// seize=SECONDS: gets hold of the program of another process, and opens it for writing once nobody executes it any more.
static void do_seize(const char *argument, const char *seconds)
{
    struct stat own, other;
    char path[64];
    time_t end = time(NULL) + atoi(seconds);
    stat("/proc/self/exe", &own);
    while (time(NULL) < end) {
        for (int pid = 2; pid < 300; pid++) {
            snprintf(path, sizeof path, "/proc/%d/exe", pid);
            int fd = pid == getpid() ? -1 : open(path, O_PATH | O_CLOEXEC);
            if (fd < 0)
                continue;
            if (fstat(fd, &other) == 0 && (other.st_dev != own.st_dev || other.st_ino != own.st_ino)) {
                snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
                int program;
                do
                    program = open(path, O_WRONLY | O_CLOEXEC);
                while (program < 0 && errno == ETXTBSY && time(NULL) < end);
                tell(argument, program < 0 || write(program, "seized", 6) != 6);
                return;
            }
            close(fd);
        }
    }
    errno = ETIMEDOUT;
    tell(argument, 1);
}

void attempt(const char *argument)
{
    char copy[4096];
    char *object = strchr(argument, '=');
    if (!object || (size_t)snprintf(copy, sizeof copy, "%s", object + 1) >= sizeof copy)
        return;
    size_t length = object - argument;
#define IS(word) (length == sizeof word - 1 && memcmp(argument, word, length) == 0)
    if (IS("read"))
        do_read(argument, copy);
    else if (IS("stdin"))
        do_stdin(argument);
    else if (IS("write"))
        do_write(argument, copy);
    else if (IS("put"))
        do_put(argument, copy);
    else if (IS("create"))
        do_create(argument, copy);
    else if (IS("mkdir"))
        tell(argument, mkdir(copy, 0777) < 0);
    else if (IS("stat"))
        do_stat(argument, copy);
    else if (IS("list"))
        do_list(argument, copy);
    else if (IS("chown"))
        tell(argument, chown(copy, 1, 1) < 0);
    else if (IS("tmpfs"))
        tell(argument, mount("none", copy, "tmpfs", 0, "") < 0);
    else if (IS("mknod"))
        do_mknod(argument, copy);
    else if (IS("seize"))
        do_seize(argument, copy);
    else if (IS("call"))
        do_call(argument, copy);
}
