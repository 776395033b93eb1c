using System.Runtime.InteropServices;

namespace Sampan.Launch;

/// <summary>struct sock_filter of linux/filter.h; 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct sock_filter
{
    public ushort code;
    public byte jt;
    public byte jf;
    public uint k;
}

/// <summary>Writes a classic BPF program from its end to its beginning, so that the distance of every jump is known when it is written.</summary>
/// <remarks>
/// A target is either the place of an instruction already written, or (below zero) a return value: jumps reach only 255 instructions, and a
/// return is copied near instead of jumped to from afar.
/// </remarks>
internal sealed class BpfAssembler
{
    public const ushort LD_W_ABS = 0x20, ALU_AND_K = 0x54, JMP_JA = 0x05, JMP_JEQ_K = 0x15, JMP_JGT_K = 0x25, JMP_JGE_K = 0x35, JMP_JSET_K = 0x45, RET_K = 0x06;

    private const int Reach = 255;

    private readonly List<(uint Value, int Place)> _returns = [];
    private sock_filter[] _code = new sock_filter[512];
    private int _count;

    public int Count => _count;

    /// <summary>The target that ends the program with <paramref name="value"/>.</summary>
    public int Return(uint value)
    {
        for (int i = 0; i < _returns.Count; i++)
        {
            if (_returns[i].Value == value)
                return ~i;
        }
        _returns.Add((value, -1));
        return ~(_returns.Count - 1);
    }

    /// <summary>Loads 4 bytes of struct seccomp_data, then goes to <paramref name="next"/>.</summary>
    public int Load(uint offset, int next) => Through(LD_W_ABS, offset, next);

    /// <summary>Masks what was loaded, then goes to <paramref name="next"/>.</summary>
    public int And(uint mask, int next) => Through(ALU_AND_K, mask, next);

    /// <summary>Compares what was loaded.</summary>
    public int Branch(ushort code, uint k, int onTrue, int onFalse)
    {
        // Either may have to be written just below; the other must then still be in reach.
        onTrue = Near(onTrue, Reach - 1);
        onFalse = Near(onFalse, Reach);
        return Write(code, k, (byte)(_count - 1 - onTrue), (byte)(_count - 1 - onFalse));
    }

    /// <summary>The program that begins with the instruction written last.</summary>
    public byte[] ToArray()
    {
        Array.Reverse(_code, 0, _count);
        return MemoryMarshal.AsBytes(_code.AsSpan(0, _count)).ToArray();
    }

    private int Through(ushort code, uint k, int next)
    {
        if (next < 0)
        {
            if (_returns[~next].Place != _count - 1 || _count == 0)
                WriteReturn(~next);
        }
        else if (next != _count - 1)
        {
            Write(JMP_JA, (uint)(_count - 1 - next));
        }
        return Write(code, k);
    }

    private int Near(int target, int reach)
    {
        if (target < 0)
        {
            int place = _returns[~target].Place;
            return place >= 0 && _count - 1 - place <= reach ? place : WriteReturn(~target);
        }
        return _count - 1 - target <= reach ? target : Write(JMP_JA, (uint)(_count - 1 - target));
    }

    private int WriteReturn(int index)
    {
        int place = Write(RET_K, _returns[index].Value);
        _returns[index] = (_returns[index].Value, place);
        return place;
    }

    private int Write(ushort code, uint k, byte jt = 0, byte jf = 0)
    {
        if (_count == _code.Length)
            Array.Resize(ref _code, _count * 2);
        _code[_count] = new sock_filter { code = code, jt = jt, jf = jf, k = k };
        return _count++;
    }
}
