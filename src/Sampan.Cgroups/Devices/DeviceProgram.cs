namespace Sampan.Cgroups;

/// <summary>
/// A <see cref="DevicePolicy"/> as a BPF program of type BPF_PROG_TYPE_CGROUP_DEVICE, which is what device rules are on v2:
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#device-controller">Documentation/admin-guide/cgroup-v2.rst, "Device controller"</see>.
/// </summary>
/// <remarks>
/// Instructions are <see href="https://docs.kernel.org/bpf/standardization/instruction-set.html">BPF ISA</see> words of 8 bytes, little endian:
/// opcode, destination and source register, offset, immediate. The context is struct bpf_cgroup_dev_ctx: access_type (access in the high
/// half, type in the low), major, minor. A result of 1 allows.
/// </remarks>
public static class DeviceProgram
{
    private const byte BPF_LDX_MEM_W = 0x61, BPF_ALU_AND_K = 0x54, BPF_ALU_RSH_K = 0x74, BPF_ALU64_MOV_X = 0xbf, BPF_ALU64_MOV_K = 0xb7,
        BPF_JMP32_JEQ_K = 0x16, BPF_JMP32_JNE_K = 0x56, BPF_EXIT = 0x95;

    private const int BPF_DEVCG_DEV_BLOCK = 1, BPF_DEVCG_DEV_CHAR = 2;

    private const byte R0 = 0, R1 = 1, Type = 2, Access = 3, Major = 4, Minor = 5, Scratch = 1;

    /// <summary>The instructions. Pure.</summary>
    public static ulong[] Compile(DevicePolicy policy)
    {
        var code = new List<ulong>
        {
            Instruction(BPF_LDX_MEM_W, Type, R1, 0, 0),
            Instruction(BPF_ALU64_MOV_X, Access, Type, 0, 0),
            Instruction(BPF_ALU_AND_K, Type, 0, 0, 0xFFFF),
            Instruction(BPF_ALU_RSH_K, Access, 0, 0, 16),
            Instruction(BPF_LDX_MEM_W, Major, R1, 4, 0),
            Instruction(BPF_LDX_MEM_W, Minor, R1, 8, 0),
        };
        foreach (var exception in policy.Exceptions)
            AddException(code, exception, policy.AllowByDefault);
        code.Add(Instruction(BPF_ALU64_MOV_K, R0, 0, 0, policy.AllowByDefault ? 1 : 0));
        code.Add(Instruction(BPF_EXIT, 0, 0, 0, 0));
        return [.. code];
    }

    private static void AddException(List<ulong> code, in DeviceException exception, bool allowByDefault)
    {
        var body = new List<ulong>();
        var jumps = new List<int>();
        void Test(byte opcode, byte register, int value)
        {
            jumps.Add(body.Count);
            body.Add(Instruction(opcode, register, 0, 0, value));
        }
        Test(BPF_JMP32_JNE_K, Type, exception.Type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
        if (allowByDefault)
        {
            // Denied when any of what is asked for is denied.
            body.Add(Instruction(BPF_ALU64_MOV_X, Scratch, Access, 0, 0));
            body.Add(Instruction(BPF_ALU_AND_K, Scratch, 0, 0, (int)exception.Access));
            Test(BPF_JMP32_JEQ_K, Scratch, 0);
        }
        else if (exception.Access != DeviceAccess.All)
        {
            // Allowed when all of what is asked for is allowed.
            body.Add(Instruction(BPF_ALU64_MOV_X, Scratch, Access, 0, 0));
            body.Add(Instruction(BPF_ALU_AND_K, Scratch, 0, 0, (int)~exception.Access));
            Test(BPF_JMP32_JNE_K, Scratch, 0);
        }
        if (exception.Major is { } major)
            Test(BPF_JMP32_JNE_K, Major, (int)major);
        if (exception.Minor is { } minor)
            Test(BPF_JMP32_JNE_K, Minor, (int)minor);
        body.Add(Instruction(BPF_ALU64_MOV_K, R0, 0, 0, allowByDefault ? 0 : 1));
        body.Add(Instruction(BPF_EXIT, 0, 0, 0, 0));
        // A test that fails goes on with the next exception; offsets count from the instruction after the jump.
        foreach (int jump in jumps)
            body[jump] |= (ulong)(ushort)(body.Count - jump - 1) << 16;
        code.AddRange(body);
    }

    private static ulong Instruction(byte opcode, byte destination, byte source, short offset, int immediate)
        => opcode | (ulong)destination << 8 | (ulong)source << 12 | (ulong)(ushort)offset << 16 | (ulong)(uint)immediate << 32;
}
