using System.Buffers.Binary;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>A system call as a filter sees it: struct seccomp_data.</summary>
public sealed record Call(uint Arch, uint Number, params ulong[] Arguments)
{
    public static Call Of(SeccompArch arch, string name, params ulong[] arguments)
    {
        int number = SyscallTable.Number(SyscallTable.Column(arch), SyscallTable.RowOf(name));
        Assert.True(number >= 0, $"{arch} has no {name}");
        return new Call(arch.Audit(), arch.NumberBase() + (uint)number, arguments);
    }

    public ulong Argument(int index) => index < Arguments.Length ? Arguments[index] : 0;

    public override string ToString() => $"arch {Arch:x} nr {Number:x} ({string.Join(", ", Arguments.Select(a => a.ToString("x")))})";
}

/// <summary>
/// Runs classic BPF as the kernel's seccomp does, and refuses what its verifier (bpf_check_classic, seccomp_check_filter) would refuse.
/// </summary>
internal sealed class BpfInterpreter
{
    private const int BPF_MAXINSNS = 4096;
    private readonly (ushort Code, byte Jt, byte Jf, uint K)[] _code;

    public BpfInterpreter(ReadOnlySpan<byte> filter)
    {
        Assert.Equal(0, filter.Length % 8);
        _code = new (ushort, byte, byte, uint)[filter.Length / 8];
        Assert.InRange(_code.Length, 1, BPF_MAXINSNS);
        for (int i = 0; i < _code.Length; i++)
        {
            var at = filter.Slice(i * 8, 8);
            _code[i] = (BinaryPrimitives.ReadUInt16LittleEndian(at), at[2], at[3], BinaryPrimitives.ReadUInt32LittleEndian(at[4..]));
            Verify(i);
        }
        Assert.Equal(0x06, _code[^1].Code);
    }

    public int Length => _code.Length;

    /// <summary>Instructions the last <see cref="Run"/> took.</summary>
    public int Steps { get; private set; }

    public uint Run(Call call, bool bigEndian = false)
    {
        Span<byte> data = stackalloc byte[64];
        data.Clear();
        Put32(data, call.Number, bigEndian);
        Put32(data[4..], call.Arch, bigEndian);
        for (int i = 0; i < 6; i++)
        {
            if (bigEndian)
                BinaryPrimitives.WriteUInt64BigEndian(data[(16 + i * 8)..], call.Argument(i));
            else
                BinaryPrimitives.WriteUInt64LittleEndian(data[(16 + i * 8)..], call.Argument(i));
        }
        uint a = 0;
        Steps = 0;
        for (int pc = 0; ; pc++)
        {
            Steps++;
            var (code, jt, jf, k) = _code[pc];
            switch (code)
            {
                case 0x20:
                    a = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data[(int)k..]) : BinaryPrimitives.ReadUInt32LittleEndian(data[(int)k..]);
                    break;
                case 0x54:
                    a &= k;
                    break;
                case 0x05:
                    pc += (int)k;
                    break;
                case 0x15:
                    pc += a == k ? jt : jf;
                    break;
                case 0x25:
                    pc += a > k ? jt : jf;
                    break;
                case 0x35:
                    pc += a >= k ? jt : jf;
                    break;
                case 0x45:
                    pc += (a & k) != 0 ? jt : jf;
                    break;
                case 0x06:
                    return k;
            }
        }
    }

    private void Verify(int i)
    {
        var (code, jt, jf, k) = _code[i];
        long target = code switch
        {
            0x05 => i + 1L + k,
            0x15 or 0x25 or 0x35 or 0x45 => i + 1L + int.Max(jt, jf),
            _ => i,
        };
        Assert.True(target < _code.Length, $"instruction {i} jumps out of the program");
        switch (code)
        {
            case 0x20:
                Assert.True(k % 4 == 0 && k < 64, $"instruction {i} loads offset {k}");
                break;
            case 0x05 or 0x15 or 0x25 or 0x35 or 0x45 or 0x54 or 0x06:
                break;
            default:
                Assert.Fail($"instruction {i} is 0x{code:x}, which seccomp does not take or the compiler has no use for");
                break;
        }
    }

    private static void Put32(Span<byte> at, uint value, bool bigEndian)
    {
        if (bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(at, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(at, value);
    }
}
