using System.Text;

namespace Sampan.Linux;

/// <summary>Programs of the host that do what this one may not.</summary>
public static partial class HostProgram
{
    /// <summary>What a program may complain of; the rest is dropped.</summary>
    private const int MostWords = 4096;

    /// <summary>The program's path by the environment's PATH; null when it is in none of its directories. What is not absolute there, and so means another place each time, is passed over.</summary>
    public static string? Find(string program)
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = $"{directory}/{program}";
            if (directory[0] == '/' && Sys.Statx(At.AT_FDCWD, path, out var stat, flags: 0) >= 0 && stat.IsRegular && (stat.stx_mode & 0x49) != 0)
                return path;
        }
        return null;
    }

    /// <summary>Runs a program to its end, with nothing on its standard input and output.</summary>
    /// <param name="complaints">What it wrote to its standard error, its lines joined.</param>
    /// <returns>Its exit code.</returns>
    public static int Run(string path, IReadOnlyList<string> arguments, out string complaints)
    {
        var (reader, writer) = Pipe.Create();
        int pid;
        using (writer)
            pid = PosixSpawn.Start(path, arguments, new SpawnOptions { Fds = [-1, -1, writer.Number] });
        using (reader)
        {
            byte[] text = new byte[MostWords], rest = new byte[512];
            int length = 0, n;
            while ((n = (int)LinuxException.Check(Sys.Read(reader.Number, length < text.Length ? text.AsSpan(length) : rest), "read", path)) > 0)
                length = Math.Min(text.Length, length + n);
            complaints = SampanException.OneLine(Encoding.UTF8.GetString(text, 0, length).Trim());
        }
        LinuxException.Check(Sys.Waitid(Sys.P_PID, pid, out var ended, Sys.WEXITED), "waitid", path);
        return ended.ExitCode;
    }
}
