using System.Text;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>
/// One check of a container's health that is under way: <c>exec --detach</c>, which leaves the check's program as our child. Its output comes through a pipe.
/// </summary>
internal sealed class HealthProbe : IDisposable
{
    private const int OutputFd = 1, ErrorsFd = 3;

    private readonly string _pidFile;
    private readonly PipeFd _output;
    private readonly PipeFd _errors;
    private readonly byte[] _text = new byte[HealthState.MostOutput];
    private int _length;

    // Orphans that were reaped before it was known which of them is the program.
    private readonly List<(int Pid, int ExitCode)> _strays = [];
    private int _launcher;

    private HealthProbe(string pidFile, PipeFd output, PipeFd errors, int launcher) => (_pidFile, _output, _errors, _launcher) = (pidFile, output, errors, launcher);

    /// <summary>The check's program; 0 while it is being launched.</summary>
    public int Pid { get; private set; }

    public int OutputNumber => _output.Number;

    public timespec StartedAt { get; } = Sys.ClockGettime(Sys.CLOCK_REALTIME);

    public string Output => Encoding.UTF8.GetString(_text, 0, _length);

    public static HealthProbe Start(MonitorOptions options)
    {
        string pidFile = $"{options.RunDirectory}/health.pid";
        var (output, outputWriter) = Pipe.Create();
        var (errors, errorsWriter) = Pipe.Create();
        try
        {
            using (outputWriter)
            using (errorsWriter)
            {
                List<string> argv =
                [
                    "sampan-runtime", "--log", $"/proc/self/fd/{ErrorsFd}", "--log-format", "json", "--root", options.Root,
                    "exec", "--docker-exit-codes", "--detach", "--pid-file", pidFile, "--process", options.HealthProcess, options.Id,
                ];
                int pid = PosixSpawn.Start("/proc/self/exe", argv, new SpawnOptions { Fds = [-1, outputWriter.Number, outputWriter.Number, errorsWriter.Number] });
                Sys.SetNonBlocking(output.Number);
                Sys.SetNonBlocking(errors.Number);
                return new HealthProbe(pidFile, output, errors, pid);
            }
        }
        catch
        {
            output.Dispose();
            errors.Dispose();
            throw;
        }
    }

    /// <summary>Takes what the check has written; what is more than is kept is dropped.</summary>
    /// <returns>False: no more will come.</returns>
    public bool Read()
    {
        Span<byte> rest = stackalloc byte[512];
        while (true)
        {
            nint n = Sys.Read(_output.Number, _length < _text.Length ? _text.AsSpan(_length) : rest);
            if (n <= 0)
                return n == -(nint)Errno.EAGAIN;
            _length = Math.Min(_text.Length, _length + (int)n);
        }
    }

    /// <summary>A child of ours has ended.</summary>
    /// <param name="exitCode">Of the check; when it could not be launched, what the launcher said so by, and its words are the output.</param>
    /// <returns>Whether that was the end of the check.</returns>
    public bool Ended(child_siginfo child, out int exitCode)
    {
        exitCode = child.ExitCode;
        if (Pid != 0 && child.si_pid == Pid)
            return true;
        if (child.si_pid != _launcher)
        {
            if (Pid == 0)
                _strays.Add((child.si_pid, child.ExitCode));
            return false;
        }
        _launcher = 0;
        if (exitCode != 0)
        {
            Complain();
            return true;
        }
        Pid = int.Parse(SmallFile.Read(_pidFile), System.Globalization.CultureInfo.InvariantCulture);
        int at = _strays.FindIndex(stray => stray.Pid == Pid);
        if (at < 0)
            return false;
        exitCode = _strays[at].ExitCode;
        return true;
    }

    public void Kill()
    {
        int pid = Pid != 0 ? Pid : _launcher;
        if (pid != 0)
            Sys.Kill(pid, Signal.SIGKILL);
    }

    private void Complain()
    {
        _length = (int)Math.Max(0, Sys.Read(_errors.Number, _text));
        var line = _text.AsSpan(0, _length);
        // A line of JSON, whose message is wanted: it is not worth the parser's memory to take it out exactly.
        int from = line.IndexOf("\"msg\":\""u8);
        int to = from < 0 ? -1 : line[(from + 7)..].IndexOf("\","u8);
        if (to < 0)
            return;
        line.Slice(from + 7, to).CopyTo(_text);
        _length = to;
    }

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
        Sys.Unlinkat(At.AT_FDCWD, _pidFile);
    }
}
