using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`delete`: runtime-spec 1.3, runtime.md, "Delete".</summary>
internal static class DeleteVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, "force,f");
        new ContainerRuntime(global.Root) { Warned = global.Warn }.Delete(arguments.ID("delete"), arguments.Flag("force"));
        return 0;
    }
}
