using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary><c>--attach</c>: which of the container's streams are tied to ours.</summary>
internal sealed class StreamFlags(FlagSet flags)
{
    private readonly ValuesFlag<string> _attach = flags.List("attach", 'a', "Attach to STDIN, STDOUT or STDERR", Stream);

    public bool IsSet => _attach.Values is not null;

    /// <summary>Without <c>-a</c>: both outputs, and the input where it is open (<c>-i</c>).</summary>
    public void Apply(ContainerSettings config, bool detached)
    {
        if (detached && IsSet)
            throw new FlagException("conflicting options: cannot specify both --attach and --detach");
        bool Has(string stream) => !detached && (_attach.Values?.Contains(stream) ?? true);
        config.AttachStdin = config.OpenStdin && Has("stdin");
        config.AttachStdout = Has("stdout");
        config.AttachStderr = Has("stderr");
        config.StdinOnce = config.AttachStdin;
    }

    private static string Stream(string text)
        => text.ToLowerInvariant() is "stdin" or "stdout" or "stderr" ? text.ToLowerInvariant() : throw new FormatException("valid streams are STDIN, STDOUT and STDERR");
}
