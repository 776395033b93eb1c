using Sampan.Cli.Grammar;
using Sampan.Images;

namespace Sampan.Cli.Verbs.Flags;

/// <summary><c>--platform</c> of the verbs that choose among images of several.</summary>
internal static class PlatformFlag
{
    public static TextFlag Add(FlagSet flags) => flags.Text("platform", '\0', "Set platform if the image is for several: OS/ARCHITECTURE[/VARIANT]");

    /// <summary>Null: not given.</summary>
    public static ImagePlatform? Read(TextFlag flag) => flag.Value is { Length: > 0 } text ? ImagePlatform.Parse(text) : null;
}
