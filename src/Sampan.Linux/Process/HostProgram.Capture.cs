using System.Text;

namespace Sampan.Linux;

public static partial class HostProgram
{
    /// <summary>Bytes of what a program may print.</summary>
    private const int MostOutput = 16 << 20;

    /// <summary>Runs a program to its end with nothing on its standard input, and takes what it prints.</summary>
    /// <returns>Its exit code.</returns>
    public static int Capture(string path, IReadOnlyList<string> arguments, out string output, out string complaints)
    {
        // Files in memory, not pipes: there is no order to read two pipes in that could not block both sides.
        using var printed = MemoryFile.Create("output");
        using var said = MemoryFile.Create("complaints");
        int pid = PosixSpawn.Start(path, arguments, new SpawnOptions { Fds = [-1, printed.Number, said.Number] });
        LinuxException.Check(Sys.Waitid(Sys.P_PID, pid, out var ended, Sys.WEXITED), "waitid", path);
        output = Content(printed, path, MostOutput);
        complaints = SampanException.OneLine(Content(said, path, MostWords).Trim());
        return ended.ExitCode;
    }

    private static string Content(FileFd file, string path, int limit)
    {
        LinuxException.Check(Sys.Fstat(file.Number, out var stat), "fstat", path);
        byte[] text = new byte[Math.Min((long)stat.stx_size, limit)];
        int length = (int)LinuxException.Check(Sys.Pread(file.Number, text, 0), "read", path);
        return Encoding.UTF8.GetString(text, 0, length);
    }
}
