using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>What containers use.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>What a container uses now; null: it does not run.</summary>
    public ContainerUsage? UsageOf(ContainerRecord record)
    {
        using var process = LiveProcess.Find(Places, record.Id!);
        if (process is null)
            return null;
        try
        {
            var stats = new ContainerRuntime(Places.RuntimeState).Usage(record.Id!);
            var (system, cpus) = HostCounters.Processors(SmallFile.Read("/proc/stat"));
            // Of a network that is shared with the host nobody can tell whose the bytes are.
            var (received, sent) = record.HostConfig!.NetworkMode == "host" ? default : HostCounters.Network(SmallFile.ReadIfExists($"/proc/{process.Pid}/net/dev") ?? "");
            ulong host = HostCounters.Memory(SmallFile.Read("/proc/meminfo"));
            var memory = stats.Memory;
            return new ContainerUsage
            {
                Cpu = stats.Cpu?.Usage ?? 0,
                SystemCpu = system,
                OnlineCpus = cpus,
                Memory = memory is null ? 0 : memory.InactiveFile < memory.Usage ? memory.Usage - memory.InactiveFile : memory.Usage,
                MemoryLimit = Math.Min(memory?.Limit ?? host, host),
                Received = received,
                Sent = sent,
                BlockRead = stats.BlockIo.Aggregate(0UL, static (sum, device) => sum + device.ReadBytes),
                BlockWritten = stats.BlockIo.Aggregate(0UL, static (sum, device) => sum + device.WriteBytes),
                Pids = stats.Pids?.Current ?? 0,
            };
        }
        catch (SampanException e) when (e.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
        {
            return null; // it has ended meanwhile
        }
    }
}
