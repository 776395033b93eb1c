using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>A container's monitor, and the connection to it unless the container was started detached.</summary>
public sealed class MonitorSession : IDisposable
{
    private readonly SocketFd? _socket;

    internal MonitorSession(string runDirectory, SocketFd? socket, AttachFlags flags, int pid, int monitor)
        => (RunDirectory, _socket, Flags, Pid, MonitorPid) = (runDirectory, socket, flags, pid, monitor);

    public string RunDirectory { get; }

    public AttachFlags Flags { get; }

    /// <summary>The container's first process in our PID namespace, after a launch; 0 after an attach.</summary>
    public int Pid { get; }

    /// <summary>A child of ours, after a launch. It outlives us.</summary>
    public int MonitorPid { get; }

    /// <summary>Passes data between our streams and the container's until one side ends it. One thread, which this call occupies.</summary>
    /// <remarks>
    /// Takes over the process' handling of the signals it passes on, for good, and a terminal's mode, until it returns. Meant for a program of one thread;
    /// signals that reach a thread which does not block them act as they would have.
    /// </remarks>
    /// <exception cref="SampanException">A terminal is asked for and standard input is none.</exception>
    public AttachResult Attach(AttachOptions options)
    {
        var socket = _socket ?? throw new InvalidOperationException("started detached");
        using var loop = new AttachLoop(this, socket, options);
        return loop.Run();
    }

    /// <summary>Says that the container is removed, so that the monitor need not see to it. Only after its exit, with <see cref="AttachFlags.WillRemove"/>.</summary>
    public void Removed()
    {
        Span<byte> frame = stackalloc byte[16];
        MonitorClient.SendAll(_socket!, frame[..Frame.Write(frame, FrameType.Removed)]);
    }

    /// <summary>Waits until the monitor that this process launched has cleared up and ended, and reaps it. Only after the container's exit.</summary>
    public void AwaitEnd()
    {
        if (MonitorPid > 0)
            Sys.Waitid(Sys.P_PID, MonitorPid, out _, Sys.WEXITED);
    }

    public void Dispose() => _socket?.Dispose();
}
