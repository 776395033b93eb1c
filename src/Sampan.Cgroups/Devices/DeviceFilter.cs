using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Puts a <see cref="DevicePolicy"/> in force on a v2 cgroup. It goes with the cgroup.</summary>
public static class DeviceFilter
{
    /// <exception cref="SampanException">The kernel has no BPF for cgroups, or this process may not load it.</exception>
    public static void Attach(DevicePolicy policy, string directory)
    {
        // A fresh cgroup without a program allows what its parents allow.
        if (policy.AllowByDefault && policy.Exceptions.Count == 0)
            return;
        using var program = Load(DeviceProgram.Compile(policy));
        using var cgroup = Open.Directory(directory);
        // With ALLOW_MULTI the programs of the cgroups above are asked too, and a container may attach its own to cgroups below: all must allow.
        Check(Sys.BpfProgAttach(cgroup.Number, program.Number, BpfAttachType.BPF_CGROUP_DEVICE, Sys.BPF_F_ALLOW_MULTI));
    }

    private static BpfFd Load(ulong[] instructions) => new(Check(Sys.BpfProgLoad(BpfProgType.BPF_PROG_TYPE_CGROUP_DEVICE, instructions, "sampan_devices")));

    private static int Check(nint result)
    {
        if (result >= 0)
            return (int)result;
        var errno = (Errno)(-result);
        throw new SampanException(errno == Errno.EPERM ? ErrorKind.PermissionDenied : ErrorKind.Unsupported,
            $"{ResourceWrites.Root}.devices: bpf: {errno.Describe()}{(errno is Errno.EINVAL or Errno.ENOSYS ? " (the kernel wants CONFIG_CGROUP_BPF)" : "")}");
    }
}
