using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>The ranges that hold for v1 and v2 alike. Collects every fault before it throws.</summary>
internal static class ResourceCheck
{
    public static void Check(LinuxResources resources)
    {
        List<string>? faults = null;
        Memory(resources.Memory, ref faults);
        Cpu(resources.Cpu, ref faults);
        BlockIo(resources.BlockIo, ref faults);
        for (int i = 0; i < (resources.HugepageLimits?.Count ?? 0); i++)
            if (!Hugetlb.IsPageSize(resources.HugepageLimits![i].PageSize))
                Fault(ref faults, $"hugepageLimits[{i}].pageSize: \"{resources.HugepageLimits[i].PageSize}\" is not a size such as 2MB or 1GB");
            else if (resources.HugepageLimits[i].Limit is null)
                Fault(ref faults, $"hugepageLimits[{i}].limit: missing");
        foreach (var (device, limit) in ResourceWrites.Sorted(resources.Rdma))
            if (limit.HcaHandles is null && limit.HcaObjects is null)
                Fault(ref faults, $"rdma[\"{device}\"]: neither hcaHandles nor hcaObjects is set");
            else if (!IsWord(device))
                Fault(ref faults, $"rdma[\"{device}\"]: not a device name");
        if (resources.Network?.Priorities is { } priorities)
            for (int i = 0; i < priorities.Count; i++)
                if (!IsWord(priorities[i].Name))
                    Fault(ref faults, $"network.priorities[{i}].name: \"{priorities[i].Name}\" is not an interface name");
        if (faults is not null)
            throw new SampanException(ErrorKind.InvalidArgument, string.Join("; ", faults));
    }

    /// <summary>Not empty, and without a blank or a control character, which would start another field or line of the file.</summary>
    public static bool IsWord(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return false;
        foreach (char c in text)
            if (c <= ' ' || c == 0x7f)
                return false;
        return true;
    }

    private static void Memory(LinuxMemory? memory, ref List<string>? faults)
    {
        if (memory is null)
            return;
        AtLeastMinusOne(memory.Limit, "memory.limit", ref faults);
        AtLeastMinusOne(memory.Reservation, "memory.reservation", ref faults);
        AtLeastMinusOne(memory.Swap, "memory.swap", ref faults);
        AtLeastMinusOne(memory.KernelTcp, "memory.kernelTCP", ref faults);
        if (memory.Swappiness > 100)
            Fault(ref faults, $"memory.swappiness: {memory.Swappiness} is not from 0 to 100");
        if (memory.Swap > 0 && memory.Limit is (null or 0 or -1))
            Fault(ref faults, "memory.swap: a limit of memory and swap together needs memory.limit");
        else if (memory.Swap > 0 && memory.Swap < memory.Limit)
            Fault(ref faults, $"memory.swap: {memory.Swap} is memory and swap together, and less than memory.limit ({memory.Limit})");
    }

    private static void Cpu(LinuxCpu? cpu, ref List<string>? faults)
    {
        if (cpu is null)
            return;
        if (cpu.Quota is > 0 and < 1000 or < -1)
            Fault(ref faults, $"cpu.quota: {cpu.Quota} is not -1 or at least 1000 microseconds");
        if (cpu.Period is > 0 and < 1000 or > 1_000_000)
            Fault(ref faults, $"cpu.period: {cpu.Period} is not from 1000 to 1000000 microseconds");
        if (cpu.Idle is < 0 or > 1)
            Fault(ref faults, $"cpu.idle: {cpu.Idle} is not 0 or 1");
        if (cpu.Quota > 0 && cpu.Burst > (ulong)cpu.Quota)
            Fault(ref faults, $"cpu.burst: {cpu.Burst} is more than cpu.quota ({cpu.Quota})");
        List(cpu.Cpus, "cpu.cpus", ref faults);
        List(cpu.Mems, "cpu.mems", ref faults);
    }

    /// <summary>cpuset(7), "List format"; whether the host has those CPUs the kernel knows best.</summary>
    private static void List(string? list, string field, ref List<string>? faults)
    {
        if (string.IsNullOrEmpty(list))
            return;
        foreach (char c in list)
            if (!char.IsAsciiDigit(c) && c is not (',' or '-' or ':' or '/'))
            {
                Fault(ref faults, $"{field}: \"{list}\" is not a list such as 0-2,7");
                return;
            }
    }

    private static void BlockIo(LinuxBlockIo? io, ref List<string>? faults)
    {
        if (io is null)
            return;
        Weight(io.Weight, "blockIO.weight", ref faults);
        Weight(io.LeafWeight, "blockIO.leafWeight", ref faults);
        for (int i = 0; i < (io.WeightDevice?.Count ?? 0); i++)
        {
            Weight(io.WeightDevice![i].Weight, $"blockIO.weightDevice[{i}].weight", ref faults);
            Weight(io.WeightDevice[i].LeafWeight, $"blockIO.weightDevice[{i}].leafWeight", ref faults);
            if (io.WeightDevice[i].Weight is null && io.WeightDevice[i].LeafWeight is null)
                Fault(ref faults, $"blockIO.weightDevice[{i}]: neither weight nor leafWeight is set");
            Device(io.WeightDevice[i].Major, io.WeightDevice[i].Minor, $"blockIO.weightDevice[{i}]", ref faults);
        }
        Throttle(io.ThrottleReadBpsDevice, "throttleReadBpsDevice", ref faults);
        Throttle(io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice", ref faults);
        Throttle(io.ThrottleReadIopsDevice, "throttleReadIOPSDevice", ref faults);
        Throttle(io.ThrottleWriteIopsDevice, "throttleWriteIOPSDevice", ref faults);
    }

    private static void Throttle(List<LinuxThrottleDevice>? devices, string name, ref List<string>? faults)
    {
        for (int i = 0; i < (devices?.Count ?? 0); i++)
        {
            if (devices![i].Rate is null)
                Fault(ref faults, $"blockIO.{name}[{i}].rate: missing");
            Device(devices[i].Major, devices[i].Minor, $"blockIO.{name}[{i}]", ref faults);
        }
    }

    private static void Device(long major, long minor, string field, ref List<string>? faults)
    {
        if (major is < 0 or > uint.MaxValue || minor is < 0 or > uint.MaxValue)
            Fault(ref faults, $"{field}: {major}:{minor} is not a device number");
    }

    private static void Weight(uint? weight, string field, ref List<string>? faults)
    {
        if (weight is > 0 and < 10 or > 1000)
            Fault(ref faults, $"{field}: {weight} is not from 10 to 1000");
    }

    private static void AtLeastMinusOne(long? value, string field, ref List<string>? faults)
    {
        if (value < -1)
            Fault(ref faults, $"{field}: {value} is not -1 or a number of bytes");
    }

    private static void Fault(ref List<string>? faults, string fault) => (faults ??= []).Add($"{ResourceWrites.Root}.{fault}");
}
