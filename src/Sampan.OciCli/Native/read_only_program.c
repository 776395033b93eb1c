// Puts the program's own file out of the containers' reach (CVE-2019-5736): a container that finds the launcher under /proc/<pid>/exe, or has it
// executed as the interpreter of its own entry point, must not be able to write to it.
//
// The program executes itself again through a read-only mount of its file that is attached nowhere. Nearly always that happens before even the C library
// has started: glibc asks the processor some seventy questions (CPUID) first, each of which leaves a virtual machine, together half a millisecond.
// What goes wrong there is done again, with a message, in a constructor: still before the .NET runtime is up.
//
// open_tree(2), mount_setattr(2), execveat(2), memfd_create(2).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define SELF "/proc/self/exe"

// Until the C library has started there are no functions of its own to call, no errno and no stack protector.
#define EARLY __attribute__((no_stack_protector)) static

EARLY int same(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

// What starts a program of the container.
EARLY int launches(char **argv)
{
    for (; *argv; argv++)
        if (same(*argv, "run") || same(*argv, "create") || same(*argv, "exec") || same(*argv, "restore") || same(*argv, "monitor"))
            return 1;
    return 0;
}

EARLY long kernel(long number, long a, const void *b, long c, const void *d, const void *e)
{
    register long r10 __asm__("r10") = (long)d;
    register long r8 __asm__("r8") = (long)e;
    __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
    return number;
}

// `stack` as the kernel hands it over: argc, argv, NULL, envp, NULL.
__attribute__((no_stack_protector, used)) static void before_libc(long *stack)
{
    char **argv = (char **)(stack + 1), **envp = argv + stack[0] + 1;
    if (stack[0] < 2 || !launches(argv + 1))
        return;
    struct statfs file;
    if (kernel(SYS_statfs, (long)SELF, &file, 0, NULL, NULL) < 0 || (file.f_flags & ST_RDONLY))
        return;
    long fd = kernel(SYS_open_tree, AT_FDCWD, SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, NULL, NULL);
    if (fd < 0)
        return;
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
    if (kernel(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, (void *)sizeof attributes) == 0)
        kernel(SYS_execveat, fd, "", (long)argv, envp, (void *)AT_EMPTY_PATH);
    kernel(SYS_close, fd, NULL, 0, NULL, NULL);
}

// The program's entry point (-e), in front of the C library's own: with the stack and rdx as the kernel left them.
__asm__(".text\n"
        ".globl sampan_start\n"
        ".type sampan_start, @function\n"
        "sampan_start:\n"
        "    mov %rsp, %rbp\n"
        "    mov %rdx, %rbx\n"
        "    mov %rsp, %rdi\n"
        "    and $-16, %rsp\n"
        "    call before_libc\n"
        "    mov %rbp, %rsp\n"
        "    mov %rbx, %rdx\n"
        "    xor %ebp, %ebp\n"
        "    jmp _start\n");

// A read-only mount, or a memfd that nobody can write to any more.
static int is_protected(void)
{
    struct statvfs mount;
    if (statvfs(SELF, &mount) < 0)
        return 0;
    if (mount.f_flag & ST_RDONLY)
        return 1;
    int fd = open(SELF, O_RDONLY | O_CLOEXEC);
    int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
    close(fd);
    return seals > 0 && (seals & F_SEAL_WRITE);
}

static int read_only_mount(void)
{
    struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
    int fd = syscall(SYS_open_tree, AT_FDCWD, SELF, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (fd >= 0 && syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0)
        return fd;
    close(fd);
    return -1;
}

// For who may not mount: a sealed copy.
static int sealed_copy(void)
{
    struct stat stat;
    int from = open(SELF, O_RDONLY | O_CLOEXEC);
    int to = memfd_create("sampan-runtime", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    int ok = from >= 0 && to >= 0 && fstat(from, &stat) == 0;
    for (off_t left = stat.st_size; ok && left > 0;) {
        ssize_t n = sendfile(to, from, NULL, left);
        ok = n > 0;
        left -= n;
    }
    ok = ok && fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
    close(from);
    if (ok)
        return to;
    close(to);
    return -1;
}

__attribute__((constructor)) static void protect(int argc, char **argv, char **envp)
{
    if (argc < 2 || !launches(argv + 1))
        return;
    if (is_protected()) {
        // Older kernels name a program that was executed by its descriptor after the descriptor.
        const char *slash = strrchr(argv[0], '/');
        prctl(PR_SET_NAME, slash ? slash + 1 : argv[0]);
        return;
    }
    int fd = read_only_mount();
    if (fd < 0)
        fd = sealed_copy();
    if (fd >= 0)
        syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
    fprintf(stderr, "sampan-runtime: its own file cannot be put out of the containers' reach: %s\n", strerror(errno));
    exit(1);
}
