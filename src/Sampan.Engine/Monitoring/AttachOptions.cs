namespace Sampan.Engine.Monitoring;

/// <summary>How a client's own standard streams are tied to a container.</summary>
public sealed class AttachOptions
{
    /// <summary>The container has a terminal (<c>-t</c>): ours goes into raw mode, its size is passed on, detach keys work.</summary>
    public bool Terminal { get; init; }

    /// <summary>The program in the terminal is made to draw itself again, by a size that changes for a moment: it was there before us.</summary>
    public bool Redraw { get; init; }

    /// <summary>Signals that we receive go to the container (<c>--sig-proxy</c>); otherwise they end this client, and the container goes on.</summary>
    public bool SignalProxy { get; init; } = true;

    /// <summary>Keys that detach; empty: none.</summary>
    public DetachKeys DetachKeys { get; init; } = DetachKeys.Default;

    /// <summary>Our fds; -1 for a stream that is not tied.</summary>
    public int StdIn { get; init; } = 0;

    public int StdOut { get; init; } = 1;

    public int StdErr { get; init; } = 2;
}
