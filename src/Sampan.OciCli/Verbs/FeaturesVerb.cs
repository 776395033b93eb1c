using System.Text;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`features`: runtime-spec 1.3, features.md.</summary>
internal static class FeaturesVerb
{
    public static int Run(ReadOnlySpan<string> rest)
    {
        if (new Arguments(rest).Positional is { Length: > 0 } unwanted)
            throw new UsageException($"\"features\" takes no arguments, got {string.Join(' ', unwanted)}");
        Output.Line(Encoding.UTF8.GetString(RuntimeFeatures.Describe(Help.VersionText).ToJson(indented: true)));
        return 0;
    }
}
