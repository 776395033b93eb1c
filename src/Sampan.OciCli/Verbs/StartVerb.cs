using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`start`: runtime-spec 1.3, runtime.md, "Start".</summary>
internal static class StartVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        new ContainerRuntime(global.Root) { Warned = global.Warn }.Start(new Arguments(rest).ID("start"), CreateVerb.NotifySocket);
        return 0;
    }
}
