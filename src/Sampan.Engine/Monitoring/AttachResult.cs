using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>Why a client is no longer attached.</summary>
public enum AttachEnd
{
    /// <summary>The container ended; see <see cref="AttachResult.Exit"/>.</summary>
    Exited,
    /// <summary>The user pressed the detach keys. The container goes on.</summary>
    Detached,
    /// <summary>A signal came that is not passed on; see <see cref="AttachResult.Signal"/>. The container goes on.</summary>
    Interrupted,
    /// <summary>Nobody reads our standard output any more. The container goes on.</summary>
    OutputClosed,
    /// <summary>The connection broke: the monitor was killed, or let go of a client that took nothing for too long.</summary>
    Lost,
}

/// <param name="Exit">Only when <paramref name="End"/> is <see cref="AttachEnd.Exited"/>.</param>
/// <param name="Signal">Only when it is <see cref="AttachEnd.Interrupted"/>.</param>
public readonly record struct AttachResult(AttachEnd End, ExitStatus Exit = default, Signal Signal = default)
{
    /// <summary>What the client should exit with, as Docker's does.</summary>
    public int ExitCode => End switch
    {
        AttachEnd.Exited => Exit.ExitCode,
        AttachEnd.Detached => 0,
        AttachEnd.Interrupted => 128 + (int)Signal,
        AttachEnd.OutputClosed => 128 + (int)Linux.Signal.SIGPIPE,
        _ => 125,
    };
}
