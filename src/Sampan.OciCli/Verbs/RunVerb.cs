using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`run`: create, start, wait, delete.</summary>
internal static class RunVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, [.. CreateVerb.Options, "detach,d", "keep", "no-subreaper"]);
        string id = arguments.ID("run");
        bool detach = arguments.Flag("detach");
        using var process = CreateVerb.Create(global, arguments, id, startImmediately: true);
        if (detach)
        {
            process.Notify?.WaitUntilReady(process.PidFd, process.Pid);
            return 0;
        }
        int exitCode = Foreground.Wait(process, passTerminal: arguments.Value("console-socket") is null);
        if (!arguments.Flag("keep"))
            new ContainerRuntime(global.Root) { Warned = global.Warn }.Delete(id, force: true);
        return exitCode;
    }
}
