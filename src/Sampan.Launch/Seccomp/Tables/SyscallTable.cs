namespace Sampan.Launch;

/// <summary>The system calls of the kernel: a row for each name, and its number on each architecture.</summary>
/// <remarks>
/// Constant data in the program's read-only pages: nothing is built at start-up, and a look-up is one hash and usually one comparison.
/// </remarks>
internal static partial class SyscallTable
{
    private const ushort None = 0xFFFF;
    private const int ArmPrivate = 0xF000;
    private const int ARM_NR_BASE = 0x0F0000;

    /// <summary>How many names there are.</summary>
    public static int Count => Rows;

    /// <summary>The row of a name, or -1 for a name that no kernel known to the table has.</summary>
    public static int RowOf(string name)
    {
        uint hash = 2166136261;
        foreach (char c in name)
            hash = (hash ^ c) * 16777619;
        var slots = Slots;
        for (int slot = (int)((hash ^ hash >> 15) & (uint)(slots.Length - 1)); ; slot = slot + 1 & slots.Length - 1)
        {
            int row = slots[slot];
            if (row == None)
                return -1;
            if (Is(row, name))
                return row;
        }
    }

    public static string NameOf(int row)
    {
        var name = Bytes(row);
        return string.Create(name.Length, row, (text, r) =>
        {
            var bytes = Bytes(r);
            for (int i = 0; i < text.Length; i++)
                text[i] = (char)bytes[i];
        });
    }

    /// <summary>The numbers of all rows on an architecture, to be read by <see cref="Number"/>.</summary>
    public static ReadOnlySpan<ushort> Column(SeccompArch arch) => arch switch
    {
        SeccompArch.X86_64 => x86_64,
        SeccompArch.X86 => x86,
        SeccompArch.X32 => x32,
        SeccompArch.AARCH64 => aarch64,
        SeccompArch.ARM => arm,
        SeccompArch.RISCV64 => riscv64,
        SeccompArch.LOONGARCH64 => loongarch64,
        SeccompArch.S390X => s390x,
        SeccompArch.S390 => s390,
        SeccompArch.PPC64 or SeccompArch.PPC64LE => ppc64,
        SeccompArch.PPC => ppc,
        SeccompArch.MIPS64 or SeccompArch.MIPSEL64 => mips_n64,
        SeccompArch.MIPS64N32 or SeccompArch.MIPSEL64N32 => mips_n32,
        SeccompArch.MIPS or SeccompArch.MIPSEL => mips,
        SeccompArch.M68K => m68k,
        SeccompArch.PARISC => parisc,
        SeccompArch.PARISC64 => parisc64,
        SeccompArch.SH or SeccompArch.SHEB => sh,
        _ => throw new ArgumentOutOfRangeException(nameof(arch)),
    };

    /// <summary>A number of a column without the architecture's base; -1 where it lacks the call.</summary>
    public static int Number(ReadOnlySpan<ushort> column, int row)
    {
        int number = column[row];
        if (number == None)
            return -1;
        return number < ArmPrivate ? number : number - ArmPrivate + ARM_NR_BASE;
    }

    private static ReadOnlySpan<byte> Bytes(int row)
    {
        var starts = Starts;
        return Text[starts[row]..starts[row + 1]];
    }

    private static bool Is(int row, string name)
    {
        var bytes = Bytes(row);
        if (bytes.Length != name.Length)
            return false;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != name[i])
                return false;
        }
        return true;
    }
}
