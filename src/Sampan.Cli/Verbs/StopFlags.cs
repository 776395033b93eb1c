using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

/// <summary>How a container is asked to end: <c>-t</c> and <c>-s</c> of stop and restart.</summary>
internal sealed class StopFlags(FlagSet flags)
{
    private readonly ValueFlag<long> _timeout = flags.Add(new ValueFlag<long>("timeout", 't', "Seconds to wait before killing the container", "int", Values.Whole) { Aliases = ["time"] });
    private readonly TextFlag _signal = flags.Text("signal", 's', "Signal to send to the container");

    /// <returns>Seconds and signal; null: the container's own.</returns>
    public (int? Timeout, Signal? Signal) Read()
        => (_timeout.Value is { } seconds ? (int)Math.Clamp(seconds, -1, int.MaxValue) : null, _signal.Value is { } name ? SignalNames.Parse(name) : null);
}
