using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>enum bpf_prog_type of linux/bpf.h.</summary>
public enum BpfProgType : uint
{
    BPF_PROG_TYPE_CGROUP_DEVICE = 15,
}

/// <summary>enum bpf_attach_type of linux/bpf.h.</summary>
public enum BpfAttachType : uint
{
    BPF_CGROUP_DEVICE = 6,
}

/// <summary>A loaded BPF program.</summary>
public sealed class BpfFd(int fd) : Fd(fd);

/// <summary>union bpf_attr for BPF_PROG_LOAD, as far as the fields that are used; 72 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct bpf_attr_prog_load
{
    public uint prog_type;
    public uint insn_cnt;
    public ulong insns;
    public ulong license;
    public uint log_level;
    public uint log_size;
    public ulong log_buf;
    public uint kern_version;
    public uint prog_flags;
    public fixed byte prog_name[16];
    public uint prog_ifindex;
    public uint expected_attach_type;
}

/// <summary>union bpf_attr for BPF_PROG_ATTACH; 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct bpf_attr_prog_attach
{
    public uint target_fd;
    public uint attach_bpf_fd;
    public uint attach_type;
    public uint attach_flags;
    public uint replace_bpf_fd;
}

/// <remarks>The descriptors that bpf(2) returns are close-on-exec.</remarks>
public static unsafe partial class Sys
{
    public const uint BPF_F_ALLOW_MULTI = 2;

    private const int BPF_PROG_LOAD = 5, BPF_PROG_ATTACH = 8;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/bpf.2.html">bpf(2)</see>, BPF_PROG_LOAD; the fd, or -errno.</summary>
    /// <param name="name">At most 15 letters, digits, '_' and '.'; what bpftool shows.</param>
    public static nint BpfProgLoad(BpfProgType type, ReadOnlySpan<ulong> instructions, string name)
    {
        using var license = new CString("Apache-2.0");
        fixed (ulong* code = instructions)
        {
            var attr = new bpf_attr_prog_load { prog_type = (uint)type, insn_cnt = (uint)instructions.Length, insns = (ulong)code, license = (ulong)license.Pointer };
            Encoding.ASCII.GetBytes(name, new Span<byte>(attr.prog_name, 15));
            return Retry(SyscallNumber.bpf, BPF_PROG_LOAD, (nint)(&attr), sizeof(bpf_attr_prog_load));
        }
    }

    /// <summary>bpf(2), BPF_PROG_ATTACH to a cgroup's directory; 0, or -errno.</summary>
    public static nint BpfProgAttach(int target, int program, BpfAttachType type, uint flags)
    {
        var attr = new bpf_attr_prog_attach { target_fd = (uint)target, attach_bpf_fd = (uint)program, attach_type = (uint)type, attach_flags = flags };
        return Call(SyscallNumber.bpf, BPF_PROG_ATTACH, (nint)(&attr), sizeof(bpf_attr_prog_attach));
    }
}
