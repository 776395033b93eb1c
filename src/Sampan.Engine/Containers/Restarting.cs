using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>The restart policy. Its container's monitor keeps it; see docs/monitor.md.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Whether a restart policy may start the container again when it ends.</summary>
    public bool Restarts(ContainerRecord record) => record.HostConfig!.Restart.Kind != RestartKind.No;
}
