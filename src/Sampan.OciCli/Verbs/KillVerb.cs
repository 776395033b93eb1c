using System.Globalization;
using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`kill`: runtime-spec 1.3, runtime.md, "Kill".</summary>
internal static class KillVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, "all,a");
        if (arguments.Positional.Length is not (1 or 2))
            throw new UsageException("\"kill\" requires a container's id and at most a signal");
        var signal = Parse(arguments.Positional.Length == 2 ? arguments.Positional[1] : "SIGTERM");
        new ContainerRuntime(global.Root).Kill(arguments.Positional[0], signal, arguments.Flag("all"));
        return 0;
    }

    /// <summary>A number, or a name with or without SIG.</summary>
    private static Signal Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 0 and <= 64)
            return (Signal)number;
        string name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text : "SIG" + text;
        return Enum.TryParse<Signal>(name, ignoreCase: true, out var signal) ? signal : throw new UsageException($"unknown signal \"{text}\"");
    }
}
