namespace Sampan.Linux;

/// <summary>
/// System call numbers, spelled as in <c>asm/unistd_64.h</c> of x86-64. Another architecture is another file with the same names.
/// </summary>
/// <remarks>See <see href="https://man7.org/linux/man-pages/man2/syscalls.2.html">syscalls(2)</see>.</remarks>
public enum SyscallNumber
{
    read = 0, write = 1, close = 3, stat = 4, lseek = 8, mmap = 9, munmap = 11, rt_sigaction = 13, rt_sigprocmask = 14, ioctl = 16, pread64 = 17, pwrite64 = 18, sched_yield = 24, madvise = 28,
    dup = 32, dup2 = 33, nanosleep = 35, getpid = 39, sendfile = 40, socket = 41, connect = 42, accept = 43, sendto = 44, recvfrom = 45, sendmsg = 46, recvmsg = 47,
    shutdown = 48, bind = 49, listen = 50, socketpair = 53, setsockopt = 54, getsockopt = 55,
    execve = 59, exit = 60, wait4 = 61, kill = 62, fcntl = 72, flock = 73, fsync = 74, fdatasync = 75, truncate = 76, ftruncate = 77,
    getcwd = 79, chdir = 80, fchdir = 81, mkdir = 83, fchmod = 91, fchown = 93, umask = 95, getrlimit = 97,
    getuid = 102, syslog = 103, getgid = 104, setuid = 105, setgid = 106, geteuid = 107, getegid = 108, setpgid = 109, getppid = 110, setsid = 112,
    setgroups = 116, setresuid = 117, setresgid = 119, getpgid = 121, capget = 125, capset = 126, personality = 135, statfs = 137, fstatfs = 138,
    sched_setscheduler = 144, pivot_root = 155, chroot = 161, prctl = 157, setrlimit = 160, sync = 162, mount = 165, umount2 = 166, sethostname = 170, setdomainname = 171,
    gettid = 186, setxattr = 188, lsetxattr = 189, fsetxattr = 190, getxattr = 191, lgetxattr = 192, fgetxattr = 193,
    listxattr = 194, llistxattr = 195, flistxattr = 196, removexattr = 197, lremovexattr = 198, fremovexattr = 199,
    sched_setaffinity = 203, sched_getaffinity = 204, getdents64 = 217, clock_gettime = 228, exit_group = 231, epoll_wait = 232, epoll_ctl = 233,
    set_mempolicy = 238, waitid = 247, add_key = 248, request_key = 249, keyctl = 250, ioprio_set = 251, openat = 257, mkdirat = 258, mknodat = 259, fchownat = 260,
    newfstatat = 262, unlinkat = 263, renameat = 264, linkat = 265, symlinkat = 266, readlinkat = 267, fchmodat = 268, faccessat = 269, ppoll = 271,
    unshare = 272, splice = 275, sync_file_range = 277, utimensat = 280, epoll_pwait = 281, timerfd_create = 283, fallocate = 285, timerfd_settime = 286,
    accept4 = 288, signalfd4 = 289, eventfd2 = 290, epoll_create1 = 291, dup3 = 292, pipe2 = 293, inotify_init1 = 294,
    prlimit64 = 302, name_to_handle_at = 303, syncfs = 306, setns = 308, sched_setattr = 314, renameat2 = 316, seccomp = 317, getrandom = 318, memfd_create = 319, bpf = 321,
    execveat = 322, copy_file_range = 326, statx = 332, pidfd_send_signal = 424, open_tree = 428, move_mount = 429, fsopen = 430, fsconfig = 431, fsmount = 432, fspick = 433,
    pidfd_open = 434, clone3 = 435, close_range = 436, openat2 = 437, pidfd_getfd = 438, faccessat2 = 439, mount_setattr = 442,
    fchmodat2 = 452,
    inotify_add_watch = 254,
}
