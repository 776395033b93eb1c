using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`pause`: every process of the container stands still.</summary>
internal static class PauseVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        new ContainerRuntime(global.Root).Pause(new Arguments(rest).ID("pause"));
        return 0;
    }
}

/// <summary>`resume`: and goes on.</summary>
internal static class ResumeVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        new ContainerRuntime(global.Root).Resume(new Arguments(rest).ID("resume"));
        return 0;
    }
}
