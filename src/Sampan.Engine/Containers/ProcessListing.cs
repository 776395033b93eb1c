using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>A table of processes, as ps(1) gave it: every row has as many cells as the head.</summary>
public sealed record ProcessTable(string[] Titles, List<string[]> Rows);

/// <summary>The processes of a container, as the host sees them.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Has the host's ps(1) describe a container's processes.</summary>
    /// <param name="options">Of ps; none: <c>-ef</c>. They must let it print a column PID.</param>
    /// <exception cref="SampanException">Conflict: the container does not run; InvalidArgument: what ps does not understand.</exception>
    public ProcessTable Top(ContainerRecord record, IReadOnlyList<string> options)
    {
        if (!StatusOf(record).IsRunning)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is not running: it has no processes");
        // As they were typed in one or in several words: `top c -o pid,comm` and `top c "-o pid,comm"`.
        List<string> words = [.. options.SelectMany(static o => o.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        if (words.Count == 0)
            words.Add("-ef");
        ProcessRows.CheckOptions(words);
        string ps = HostProgram.Find("ps") ?? throw new SampanException(ErrorKind.NotFound, "the host has no ps, which describes processes: install procps");
        var pids = new ContainerRuntime(Places.RuntimeState).Processes(record.Id!);
        // Some options (such as f) cannot be had together with -q: then all are listed, and ours picked.
        int code = HostProgram.Capture(ps, ["ps", $"-q{string.Join(',', pids)}", .. words], out string text, out string complaints);
        if (code != 0)
            code = HostProgram.Capture(ps, ["ps", .. words], out text, out complaints);
        Tell(record, "top");
        return code == 0 ? ProcessRows.Pick(text, pids) : throw new SampanException(ErrorKind.InvalidArgument, $"ps {string.Join(' ', words)}: {complaints}");
    }
}
