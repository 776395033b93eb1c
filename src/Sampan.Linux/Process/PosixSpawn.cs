using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>How <see cref="PosixSpawn.Start"/> starts a program.</summary>
public sealed class SpawnOptions
{
    /// <summary>The new program's fd <c>i</c> is this fd of ours; -1 is /dev/null. What lies above is closed.</summary>
    public required int[] Fds { get; init; }

    /// <summary>What the new program blocks from its first instruction on.</summary>
    public SignalSet Mask { get; init; }

    /// <summary>The new program leads a session of its own, away from our terminal.</summary>
    public bool NewSession { get; init; }
}

/// <summary>
/// Starting a program by <see href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</see>. A managed process must
/// not fork: its child would run managed code with one thread left of several. The C library's spawn runs none.
/// </summary>
public static unsafe partial class PosixSpawn
{
    private const short POSIX_SPAWN_SETSIGDEF = 4, POSIX_SPAWN_SETSIGMASK = 8, POSIX_SPAWN_SETSID = 0x80;

    // glibc: 80 and 336 bytes, musl: 80 and 336 or less.
    private const int FileActionsSize = 128, AttributesSize = 512, SigsetSize = 128;

    /// <summary>Starts <paramref name="path"/> (no search in PATH) with our environment.</summary>
    /// <returns>Its pid. The caller reaps it.</returns>
    /// <exception cref="LinuxException">The file cannot be executed, or a resource ran out.</exception>
    public static int Start(string path, IReadOnlyList<string> arguments, SpawnOptions options)
    {
        using var p = new CString(path);
        using var argv = new CStringArray(arguments);
        using var devNull = new CString("/dev/null");
        byte* actions = stackalloc byte[FileActionsSize], attributes = stackalloc byte[AttributesSize], set = stackalloc byte[SigsetSize];
        Check(posix_spawn_file_actions_init(actions), path);
        Check(posix_spawnattr_init(attributes), path);
        try
        {
            AddFds(actions, options.Fds, devNull.Pointer, path);
            new Span<byte>(set, SigsetSize).Clear();
            *(ulong*)set = options.Mask.Bits;
            Check(posix_spawnattr_setsigmask(attributes, set), path);
            // Default dispositions throughout: the runtime ignores SIGPIPE, and an ignored signal stays ignored across execve.
            new Span<byte>(set, SigsetSize).Clear();
            *(ulong*)set = ~(SignalSet.Of(Signal.SIGKILL, Signal.SIGSTOP).Bits | 3UL << 31);
            Check(posix_spawnattr_setsigdefault(attributes, set), path);
            Check(posix_spawnattr_setflags(attributes, (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (options.NewSession ? POSIX_SPAWN_SETSID : 0))), path);
            int pid;
            using var environment = NativeEnvironment.Read();
            Check(posix_spawn(&pid, (byte*)p.Pointer, actions, attributes, argv.Pointer, environment.Pointer), path);
            return pid;
        }
        finally
        {
            posix_spawnattr_destroy(attributes);
            posix_spawn_file_actions_destroy(actions);
        }
    }

    // Every fd is first lifted above those that will be filled, so that filling one never overwrites another that is still wanted.
    private static void AddFds(byte* actions, int[] fds, nint devNull, string path)
    {
        int lifted = 0;
        foreach (int fd in fds)
            lifted = Math.Max(lifted, Math.Max(fd, fds.Length) + 1);
        for (int i = 0; i < fds.Length; i++)
        {
            if (fds[i] >= 0)
                Check(posix_spawn_file_actions_adddup2(actions, fds[i], lifted + i), path);
        }
        for (int i = 0; i < fds.Length; i++)
        {
            if (fds[i] >= 0)
                Check(posix_spawn_file_actions_adddup2(actions, lifted + i, i), path);
            else
                Check(posix_spawn_file_actions_addopen(actions, i, (byte*)devNull, (int)OpenFlags.O_RDWR, 0), path);
        }
        Check(posix_spawn_file_actions_addclosefrom_np(actions, fds.Length), path);
    }

    // These return an errno, not -1.
    private static void Check(int errno, string path)
    {
        if (errno != 0)
            LinuxException.Throw(-errno, "posix_spawn", path);
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn(int* pid, byte* path, byte* actions, byte* attributes, nint argv, nint envp);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int newFd);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int from);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);
}
