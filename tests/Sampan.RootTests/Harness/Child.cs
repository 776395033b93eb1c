using System.Diagnostics;
using System.Text;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>A process of ours with its standard streams on pipes, or on a terminal.</summary>
internal sealed class Child : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30 * Machine.Patience);

    private readonly string _commandLine;
    private readonly Task<int> _status;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly OutputBuffer _output;
    private readonly OutputBuffer? _errors;
    private Fd? _input;
    private int _read;

    private Child(string commandLine, int pid, Task<int> status, Fd? input, OutputBuffer output, OutputBuffer? errors, Pty? terminal)
        => (_commandLine, Pid, _status, _input, _output, _errors, Terminal) = (commandLine, pid, status, input, output, errors, terminal);

    public int Pid { get; }

    /// <summary>The pty it runs on, when it does.</summary>
    public Pty? Terminal { get; }

    public bool HasExited => _status.IsCompleted;

    /// <summary>All of standard output so far, or of the terminal.</summary>
    public string Output => _output.Text;

    public static Child Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string? directory = null)
    {
        var (inputRead, inputWrite) = Pipe();
        var (outputRead, outputWrite) = Pipe();
        var (errorRead, errorWrite) = Pipe();
        using (inputRead)
        using (outputWrite)
        using (errorWrite)
        {
            var (pid, status) = Reaper.Register(() => Spawn.Run(program, arguments, environment, directory, null, [inputRead.Number, outputWrite.Number, errorWrite.Number]));
            return new Child(Describe(program, arguments), pid, status, inputWrite, new OutputBuffer(outputRead, "stdout"), new OutputBuffer(errorRead, "stderr"), null);
        }
    }

    /// <summary>
    /// Runs a command that leaves a process behind which keeps the standard streams: nothing on its input, both outputs in the file
    /// <paramref name="output"/>, which that process goes on writing.
    /// </summary>
    public static CommandResult RunIntoFile(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string output)
    {
        using var nothing = Open.File("/dev/null", OpenFlags.O_RDONLY);
        using var file = Open.File(output, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC | OpenFlags.O_APPEND, 0x1b4);
        var clock = Stopwatch.StartNew();
        var (pid, status) = Reaper.Register(() => Spawn.Run(program, arguments, environment, null, null, [nothing.Number, file.Number, file.Number]));
        if (!status.Wait(Limit))
        {
            Sys.Call(SyscallNumber.kill, pid, 9);
            throw new TimeoutException($"$ {Describe(program, arguments)}\nstill running after {Limit.TotalSeconds} s: {File.ReadAllText(output)}");
        }
        int code = (status.Result & 0x7f) != 0 ? 128 + (status.Result & 0x7f) : (status.Result >> 8) & 0xff;
        return new CommandResult(Describe(program, arguments), code, "", File.ReadAllText(output), clock.Elapsed);
    }

    /// <summary>The same on a pty of <paramref name="columns"/> by <paramref name="rows"/>, as its session's controlling terminal.</summary>
    public static Child StartOnTerminal(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, int columns = 80, int rows = 24)
    {
        var pty = Pty.Open(columns, rows);
        var (pid, status) = Reaper.Register(() => Spawn.Run(program, arguments, environment, null, pty.SlavePath, []));
        return new Child(Describe(program, arguments), pid, status, null, new OutputBuffer(pty.DuplicateMaster(), "terminal"), null, pty);
    }

    /// <summary>Types into the terminal, or writes to standard input.</summary>
    public void Write(string text)
    {
        int fd = Terminal?.Master.Number ?? _input?.Number ?? throw new InvalidOperationException("standard input is closed");
        LinuxException.Check(Sys.WriteAll(fd, Encoding.UTF8.GetBytes(text)), "write", "standard input");
    }

    public void CloseInput()
    {
        _input?.Dispose();
        _input = null;
    }

    /// <summary>Waits for a text in the output, after the one waited for before.</summary>
    /// <returns>What came before it.</returns>
    public string WaitFor(string text, TimeSpan? limit = null)
    {
        int from = _read;
        _read = _output.WaitFor(text, from, limit ?? Limit);
        return _output.Text[from..(_read - text.Length)];
    }

    public void Signal(int signal) => Sys.Call(SyscallNumber.kill, Pid, signal);

    /// <summary>Waits for the exit and the end of both outputs.</summary>
    /// <exception cref="TimeoutException">It runs on (and has been killed), or something else still holds its outputs.</exception>
    public CommandResult Finish(TimeSpan? limit = null)
    {
        CloseInput();
        if (!_status.Wait(limit ?? Limit))
        {
            Signal(9);
            _status.Wait(Limit);
            throw new TimeoutException($"$ {_commandLine}\nstill running after {_clock.Elapsed.TotalSeconds:F0} s\nstdout: {_output.Text}\nstderr: {_errors?.Text}");
        }
        TimeSpan elapsed = _clock.Elapsed;
        // A terminal's master reads on until every slave is closed; what the child started in the background may keep it.
        var drain = TimeSpan.FromSeconds(5);
        if (Terminal == null && !(_output.WaitForEnd(drain) & _errors!.WaitForEnd(drain)))
            throw new TimeoutException($"$ {_commandLine}\nhas exited, but something still holds its {(_output.Ended ? "standard error" : "standard output")} open");
        Terminal?.CloseAfterDrain(_output);
        int status = _status.Result;
        int signal = status & 0x7f;
        return new CommandResult(_commandLine, signal != 0 ? 128 + signal : (status >> 8) & 0xff, _output.Text, _errors?.Text ?? "", elapsed);
    }

    public void Dispose()
    {
        CloseInput();
        if (!HasExited)
        {
            Signal(9);
            _status.Wait(Limit);
        }
        Terminal?.Dispose();
    }

    internal static unsafe (PipeFd Read, PipeFd Write) Pipe()
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(Sys.Call(SyscallNumber.pipe2, (nint)ends, (nint)OpenFlags.O_CLOEXEC), "pipe2");
        return (new PipeFd(ends[0]), new PipeFd(ends[1]));
    }

    private static string Describe(string program, IReadOnlyList<string> arguments)
        => string.Join(' ', [Path.GetFileName(program), .. arguments.Select(a => a.Length > 0 && a.All(c => char.IsLetterOrDigit(c) || "-_./=:,@%+".Contains(c)) ? a : $"'{a}'")]);
}
