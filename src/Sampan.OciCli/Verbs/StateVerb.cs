using System.Text;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`state`: runtime-spec 1.3, runtime.md, "Query State".</summary>
internal static class StateVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var state = new ContainerRuntime(global.Root).State(new Arguments(rest).ID("state"));
        Output.Line(Encoding.UTF8.GetString(state.ToJson(indented: true)));
        return 0;
    }
}
