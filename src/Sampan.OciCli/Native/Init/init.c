// sampan-init: the first process of a container with --init, as tini is with Docker. It starts the container's program, passes signals on to it, reaps
// whatever has lost its parent, and ends as the program did.
//
// Without a C library: two kilobytes, and a few pages of memory while it waits.
// Usage: docker-init [--] PROGRAM [ARG...]
#include <asm/unistd.h>
#include <linux/prctl.h>
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <linux/wait.h>

enum { Failed = 1, CannotInvoke = 126, NotFound = 127, LongestPath = 4096 };

static long kernel(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
    return number;
}

// The compiler makes calls of these.
void *memset(void *to, int byte, unsigned long n)
{
    for (volatile char *p = to; n > 0; n--)
        *p++ = byte;
    return to;
}

static unsigned long length(const char *text)
{
    unsigned long n = 0;
    while (text[n])
        n++;
    return n;
}

static int begins(const char *text, const char *with)
{
    while (*with && *text == *with)
        text++, with++;
    return !*with;
}

static void say(const char *text) { kernel(__NR_write, 2, (long)text, length(text), 0); }

static void leave(int code)
{
    for (;;)
        kernel(__NR_exit_group, code, 0, 0, 0);
}

static void die(const char *what, const char *name, int code)
{
    say("docker-init: ");
    say(name);
    say(": ");
    say(what);
    say("\n");
    leave(code);
}

// As execvp(3): what may not be executed is passed over for what comes later in PATH, and is the answer when nothing does.
static void execute(char **argv, char **envp)
{
    const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    long result = -ENOENT;
    for (const char *p = argv[0]; *p; p++)
        if (*p == '/') {
            result = kernel(__NR_execve, (long)argv[0], (long)argv, (long)envp, 0);
            path = "";
            break;
        }
    for (char **e = envp; *path && *e; e++)
        if (begins(*e, "PATH="))
            path = *e + 5;
    static char file[LongestPath];
    while (*path) {
        unsigned long n = 0, name = length(argv[0]);
        while (path[n] && path[n] != ':')
            n++;
        if (n > 0 && n + name + 2 < sizeof file) {
            for (unsigned long i = 0; i < n; i++)
                file[i] = path[i];
            file[n] = '/';
            for (unsigned long i = 0; i <= name; i++)
                file[n + 1 + i] = argv[0][i];
            long now = kernel(__NR_execve, (long)file, (long)argv, (long)envp, 0);
            if (now != -ENOENT && now != -ENOTDIR)
                result = now;
        }
        path += n + (path[n] == ':');
    }
    if (result == -ENOENT || result == -ENOTDIR)
        die("no such file or directory", argv[0], NotFound);
    die(result == -EACCES ? "permission denied" : result == -ENOEXEC ? "exec format error" : "cannot be executed", argv[0], CannotInvoke);
}

static unsigned long bit(int signal) { return 1UL << (signal - 1); }

// What a fault of our own raises is not for others; the two a process in the background gets from its terminal would stop us.
static unsigned long handled(void)
{
    return ~(bit(SIGFPE) | bit(SIGILL) | bit(SIGSEGV) | bit(SIGBUS) | bit(SIGABRT) | bit(SIGTRAP) | bit(SIGSYS) | bit(SIGTTIN) | bit(SIGTTOU));
}

static void ignore(int signal, void *handler)
{
    struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action;
    memset(&action, 0, sizeof action);
    action.handler = handler;
    kernel(__NR_rt_sigaction, signal, (long)&action, 0, 8);
}

// Reaps everybody; returns the status of `child` when it was among them, else -1.
static int reap(long child)
{
    int found = -1, status;
    for (long pid; (pid = kernel(__NR_wait4, -1, (long)&status, WNOHANG, 0)) > 0;)
        if (pid == child)
            found = status;
    return found;
}

static int code_of(int status) { return (status & 0x7f) ? 128 + (status & 0x7f) : (status >> 8) & 0xff; }

__attribute__((used, noreturn)) static void run(long *stack)
{
    char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;
    argv += stack[0] > 0;
    if (*argv && begins(*argv, "--") && !(*argv)[2])
        argv++;
    if (!*argv)
        die("want a program to run", "usage", Failed);
    // Who shares the host's processes is not their first, and would not get the orphans.
    if (kernel(__NR_getpid, 0, 0, 0, 0) != 1)
        kernel(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0);
    unsigned long mask = handled(), before;
    kernel(__NR_rt_sigprocmask, SIG_BLOCK, (long)&mask, (long)&before, 8);
    ignore(SIGTTIN, SIG_IGN);
    ignore(SIGTTOU, SIG_IGN);
    long child = kernel(__NR_fork, 0, 0, 0, 0);
    if (child < 0)
        die("cannot make a process", argv[0], Failed);
    if (child == 0) {
        // A group of its own in the foreground of the terminal, if there is one: what is typed there reaches the program, not us.
        kernel(__NR_setpgid, 0, 0, 0, 0);
        int group = kernel(__NR_getpid, 0, 0, 0, 0);
        kernel(__NR_ioctl, 0, TIOCSPGRP, (long)&group, 0);
        ignore(SIGTTIN, SIG_DFL);
        ignore(SIGTTOU, SIG_DFL);
        kernel(__NR_rt_sigprocmask, SIG_SETMASK, (long)&before, 0, 8);
        execute(argv, envp);
    }
    for (;;) {
        long signal = kernel(__NR_rt_sigtimedwait, (long)&mask, 0, 0, 8);
        if (signal == SIGCHLD) {
            int status = reap(child);
            if (status >= 0)
                leave(code_of(status));
        } else if (signal > 0) {
            kernel(__NR_kill, child, signal, 0, 0);
        }
    }
}

__asm__(".text\n"
        ".globl _start\n"
        "_start:\n"
        "    mov %rsp, %rdi\n"
        "    xor %ebp, %ebp\n"
        "    and $-16, %rsp\n"
        "    call run\n");
