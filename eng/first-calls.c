// usage: first-calls PROGRAM SYMBOLS OUTPUT COMMAND [ARGUMENT...]
//
// Runs the command and appends to OUTPUT the names of PROGRAM's functions in the order of their first calls, by whichever of the command's processes that
// executes PROGRAM. SYMBOLS is what nm(1) prints of it. The program must be at a fixed address (no PIE).
// There is a breakpoint at the start of every function; one that was hit is taken away.
//
// ptrace(2), proc_pid_mem(5).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct function { unsigned long address; char *name; unsigned char first_byte; int called; };

static struct function *functions;
static size_t count;

static void fail(const char *what)
{
    fprintf(stderr, "first-calls: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int by_address(const void *a, const void *b)
{
    unsigned long x = ((const struct function *)a)->address, y = ((const struct function *)b)->address;
    return (x > y) - (x < y);
}

static void read_symbols(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail(path);
    unsigned long address;
    char kind, *name;
    while (fscanf(file, "%lx %c %m[^\n]", &address, &kind, &name) == 3)
        if (strchr("tTwW", kind)) {
            functions = realloc(functions, (count + 1) * sizeof *functions);
            functions[count++] = (struct function){ .address = address, .name = name };
        }
    fclose(file);
    qsort(functions, count, sizeof *functions, by_address);
}

// The first of the names that stand for `address`, or `count`.
static size_t find(unsigned long address)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (functions[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && functions[low].address == address ? low : count;
}

static int memory_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    return open(path, O_RDWR | O_CLOEXEC);
}

static int runs(pid_t pid, const struct stat *program)
{
    char path[64];
    struct stat of;
    snprintf(path, sizeof path, "/proc/%d/exe", pid);
    return stat(path, &of) == 0 && of.st_ino == program->st_ino && of.st_dev == program->st_dev;
}

static void set_breakpoints(pid_t pid)
{
    int memory = memory_of(pid);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || functions[i].address != functions[i - 1].address)
            if (pread(memory, &functions[i].first_byte, 1, functions[i].address) != 1 || pwrite(memory, "\xcc", 1, functions[i].address) != 1)
                fail(functions[i].name);
    close(memory);
}

// Whether the trap is a breakpoint of ours: then it is gone, and the function is called again.
static int was_breakpoint(pid_t pid, FILE *output)
{
    unsigned long at = ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, regs.rip), NULL) - 1;
    size_t i = find(at);
    if (i == count)
        return 0;
    int memory = memory_of(pid);
    if (pwrite(memory, &functions[i].first_byte, 1, at) != 1)
        fail("restoring an instruction");
    close(memory);
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, regs.rip), at);
    if (!functions[i].called)
        for (size_t same = i; same < count && functions[same].address == at; same++) {
            functions[same].called = 1;
            fprintf(output, "%s\n", functions[same].name);
        }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: first-calls PROGRAM SYMBOLS OUTPUT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    struct stat program;
    if (stat(argv[1], &program))
        fail(argv[1]);
    read_symbols(argv[2]);
    FILE *output = fopen(argv[3], "a");
    if (!output)
        fail(argv[3]);
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(argv[4], argv + 4);
        fail(argv[4]);
    }
    int status, result = 1;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL);
    if (runs(child, &program))
        set_breakpoints(child);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            if (pid == child)
                result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_EXEC && runs(pid, &program))
            set_breakpoints(pid);
        if (event || (signal == SIGTRAP && was_breakpoint(pid, output)) || signal == SIGSTOP)
            signal = 0;
        ptrace(PTRACE_CONT, pid, NULL, signal);
    }
    fclose(output);
    return result;
}
