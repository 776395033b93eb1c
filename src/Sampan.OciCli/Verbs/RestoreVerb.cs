using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`restore`: a container from a bundle and the files of a checkpoint, by means of CRIU.</summary>
internal static class RestoreVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, [.. CriuFlags.Common, "console-socket=", "bundle,b=", "detach,d", "pid-file=", "no-subreaper", "no-pivot", "lsm-profile=", "lsm-mount-context="]);
        string id = arguments.ID("restore");
        var criu = CriuFlags.Settings(arguments);
        string? socket = arguments.Value("console-socket");
        bool detach = arguments.Flag("detach");
        var bundle = Bundle.Read(arguments.Value("bundle") ?? ".");
        bool terminal = bundle.Spec.Process?.Terminal == true;
        if (detach && terminal && socket is null)
            throw new UsageException("cannot allocate tty if sampan-runtime will detach without setting console socket");
        if (socket is not null && !(detach && terminal))
            throw new UsageException("cannot use console socket if sampan-runtime will not detach or the process has no terminal");
        var runtime = new ContainerRuntime(global.Root) { Warned = global.Warn };
        using var process = runtime.Restore(id, bundle, new RestoreOptions
        {
            Criu = criu,
            SystemdCgroup = global.SystemdCgroup,
            LsmProfile = arguments.Value("lsm-profile"),
            LsmMountContext = arguments.Value("lsm-mount-context"),
        });
        try
        {
            CreateVerb.Handover(process, socket, arguments);
        }
        catch
        {
            runtime.Delete(id, force: true);
            throw;
        }
        if (detach)
            return 0;
        if (socket is null && process.Terminal is { } master && Sys.GetTerminal(master.Number, out var settings) >= 0)
            Sys.SetTerminal(master.Number, settings.Plain());
        int exitCode = Foreground.Wait(process, passTerminal: socket is null);
        runtime.Delete(id, force: true);
        return exitCode;
    }
}
