using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`ps`: a container's processes, by pid in JSON, or as the host's ps(1) tells them.</summary>
internal static class PsVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = Arguments.BeforeCommand(rest, "format,f=");
        if (arguments.Positional.Length == 0)
            throw new UsageException("\"ps\" requires a container's id");
        string format = arguments.Value("format") ?? "table";
        if (format is not ("table" or "json"))
            throw new UsageException($"invalid format option \"{format}\": want table or json");
        var pids = new ContainerRuntime(global.Root).Processes(arguments.Positional[0]);
        if (format == "json")
            Output.Line($"[{string.Join(',', pids)}]");
        else
            Table([.. pids], arguments.Positional.Length > 1 ? arguments.Positional[1..] : ["-ef"]);
        return 0;
    }

    private static void Table(HashSet<int> pids, string[] options)
    {
        string[] lines = HostPs(options).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int column = Array.IndexOf(Words(lines.Length > 0 ? lines[0] : ""), "PID");
        if (column < 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"ps {string.Join(' ', options)} prints no column PID, which tells whose processes are the container's");
        Output.Line(lines[0]);
        foreach (string line in lines.AsSpan(1))
        {
            string[] words = Words(line);
            if (words.Length > column && int.TryParse(words[column], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pids.Contains(pid))
                Output.Line(line);
        }
    }

    private static string[] Words(string line) => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What ps(1) prints; what it complains of goes to our standard error.</summary>
    private static string HostPs(string[] options)
    {
        string program = HostProgram.Find("ps") ?? throw new SampanException(ErrorKind.NotFound, "ps: not found in PATH; --format json does without");
        var (reader, writer) = Pipe.Create();
        int pid;
        using (writer)
            pid = PosixSpawn.Start(program, ["ps", .. options], new SpawnOptions { Fds = [-1, writer.Number, 2] });
        using (reader)
        {
            using var text = new MemoryStream();
            byte[] buffer = new byte[16 << 10];
            int n;
            while ((n = (int)LinuxException.Check(Sys.Read(reader.Number, buffer), "read", "from ps")) > 0)
                text.Write(buffer, 0, n);
            LinuxException.Check(Sys.Waitid(Sys.P_PID, pid, out var ended, Sys.WEXITED), "waitid", "ps");
            if (ended.ExitCode != 0)
                throw new SampanException(ErrorKind.InvalidArgument, $"ps {string.Join(' ', options)}: exit code {ended.ExitCode}");
            return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
        }
    }
}
