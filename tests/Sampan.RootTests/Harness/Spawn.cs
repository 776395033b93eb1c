using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary><see href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</see> with signals as a shell leaves them.</summary>
internal static unsafe partial class Spawn
{
    private const short POSIX_SPAWN_SETSIGDEF = 4, POSIX_SPAWN_SETSIGMASK = 8, POSIX_SPAWN_SETSID = 0x80;

    /// <param name="terminal">Path of a pty's slave, which becomes stdio and the controlling terminal of a new session; else null.</param>
    /// <param name="stdio">Descriptors for 0, 1 and 2 when there is no terminal.</param>
    /// <returns>The pid.</returns>
    public static int Run(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? directory, string? terminal, int[] stdio)
    {
        // Larger than glibc's and musl's own types.
        byte* actions = stackalloc byte[512];
        byte* attributes = stackalloc byte[1024];
        byte* mask = stackalloc byte[128];
        new Span<byte>(mask, 128).Clear();
        Check(posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        Check(posix_spawnattr_init(attributes), "posix_spawnattr_init");
        var memory = new List<nint>();
        try
        {
            Check(posix_spawnattr_setsigmask(attributes, mask), "posix_spawnattr_setsigmask");
            new Span<byte>(mask, 128).Fill(0xff);
            Check(posix_spawnattr_setsigdefault(attributes, mask), "posix_spawnattr_setsigdefault");
            short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
            if (terminal != null)
                flags |= POSIX_SPAWN_SETSID;
            Check(posix_spawnattr_setflags(attributes, flags), "posix_spawnattr_setflags");

            if (terminal != null)
            {
                // The first terminal that a session leader opens becomes its controlling terminal.
                Check(posix_spawn_file_actions_addopen(actions, 0, Text(terminal), 2, 0), "addopen");
                Check(posix_spawn_file_actions_adddup2(actions, 0, 1), "adddup2");
                Check(posix_spawn_file_actions_adddup2(actions, 0, 2), "adddup2");
            }
            else
            {
                for (int i = 0; i < 3; i++)
                    Check(posix_spawn_file_actions_adddup2(actions, stdio[i], i), "adddup2");
            }
            if (directory != null)
                Check(posix_spawn_file_actions_addchdir_np(actions, Text(directory)), "addchdir");

            int pid;
            Check(posix_spawn(&pid, Text(program), actions, attributes, Array([program, .. arguments]), Array([.. environment.Select(e => $"{e.Key}={e.Value}")])), program);
            return pid;
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
            foreach (nint block in memory)
                Marshal.FreeCoTaskMem(block);
        }

        nint Text(string text)
        {
            nint copy = Marshal.StringToCoTaskMemUTF8(text);
            memory.Add(copy);
            return copy;
        }

        nint* Array(string[] items)
        {
            nint* array = (nint*)Marshal.AllocCoTaskMem((items.Length + 1) * sizeof(nint));
            memory.Add((nint)array);
            for (int i = 0; i < items.Length; i++)
                array[i] = Text(items[i]);
            array[items.Length] = 0;
            return array;
        }
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
            throw new LinuxException((Errno)error, "posix_spawn", what);
    }

    [LibraryImport("libc")] private static partial int posix_spawn(int* pid, nint path, byte* actions, byte* attributes, nint* argv, nint* envp);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_init(byte* actions);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_destroy(byte* actions);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_addopen(byte* actions, int fd, nint path, int flags, uint mode);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int newfd);
    [LibraryImport("libc")] private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, nint path);
    [LibraryImport("libc")] private static partial int posix_spawnattr_init(byte* attributes);
    [LibraryImport("libc")] private static partial int posix_spawnattr_destroy(byte* attributes);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setflags(byte* attributes, short flags);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* set);
    [LibraryImport("libc")] private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* set);
}
