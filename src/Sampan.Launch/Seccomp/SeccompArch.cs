using System.Runtime.InteropServices;

namespace Sampan.Launch;

/// <summary>The architectures a filter can speak of, spelled as in <c>SCMP_ARCH_*</c> of the runtime specification.</summary>
public enum SeccompArch
{
    X86_64,
    X86,
    X32,
    AARCH64,
    ARM,
    RISCV64,
    LOONGARCH64,
    S390X,
    S390,
    PPC64LE,
    PPC64,
    PPC,
    MIPSEL64,
    MIPSEL64N32,
    MIPSEL,
    MIPS64,
    MIPS64N32,
    MIPS,
    M68K,
    PARISC,
    PARISC64,
    SH,
    SHEB,
}

/// <summary>Facts about each <see cref="SeccompArch"/>.</summary>
public static class SeccompArchFacts
{
    /// <summary>Set in the number of an x32 call; it shares its AUDIT_ARCH value with x86-64.</summary>
    public const uint X32_SYSCALL_BIT = 0x40000000;

    private const string Prefix = "SCMP_ARCH_";

    /// <summary>The architecture this program runs on.</summary>
    public static SeccompArch Native => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => SeccompArch.X86_64,
        Architecture.X86 => SeccompArch.X86,
        Architecture.Arm64 => SeccompArch.AARCH64,
        Architecture.Arm or Architecture.Armv6 => SeccompArch.ARM,
        Architecture.RiscV64 => SeccompArch.RISCV64,
        Architecture.LoongArch64 => SeccompArch.LOONGARCH64,
        Architecture.S390x => SeccompArch.S390X,
        Architecture.Ppc64le => SeccompArch.PPC64LE,
        var other => throw new PlatformNotSupportedException($"seccomp on {other}"),
    };

    /// <summary>Reads a name such as <c>SCMP_ARCH_X86_64</c>; <c>SCMP_ARCH_NATIVE</c> is <paramref name="native"/>.</summary>
    public static bool TryParse(string name, SeccompArch native, out SeccompArch arch)
    {
        arch = native;
        if (name == Prefix + "NATIVE")
            return true;
        for (var a = SeccompArch.X86_64; a <= SeccompArch.SHEB; a++)
        {
            if (name.Length == Prefix.Length + Suffix(a).Length && name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix(a), StringComparison.Ordinal))
            {
                arch = a;
                return true;
            }
        }
        return false;
    }

    /// <summary>Such as <c>SCMP_ARCH_X86_64</c>.</summary>
    public static string Name(this SeccompArch arch) => Prefix + Suffix(arch);

    /// <summary>What seccomp_data.arch holds: <c>AUDIT_ARCH_*</c> of linux/audit.h.</summary>
    public static uint Audit(this SeccompArch arch) => arch switch
    {
        SeccompArch.X86_64 or SeccompArch.X32 => 0xC000003E,
        SeccompArch.X86 => 0x40000003,
        SeccompArch.AARCH64 => 0xC00000B7,
        SeccompArch.ARM => 0x40000028,
        SeccompArch.RISCV64 => 0xC00000F3,
        SeccompArch.LOONGARCH64 => 0xC0000102,
        SeccompArch.S390X => 0x80000016,
        SeccompArch.S390 => 0x00000016,
        SeccompArch.PPC64LE => 0xC0000015,
        SeccompArch.PPC64 => 0x80000015,
        SeccompArch.PPC => 0x00000014,
        SeccompArch.MIPSEL64 => 0xC0000008,
        SeccompArch.MIPSEL64N32 => 0xE0000008,
        SeccompArch.MIPSEL => 0x40000008,
        SeccompArch.MIPS64 => 0x80000008,
        SeccompArch.MIPS64N32 => 0xA0000008,
        SeccompArch.MIPS => 0x00000008,
        SeccompArch.M68K => 0x00000004,
        SeccompArch.PARISC => 0x0000000F,
        SeccompArch.PARISC64 => 0x8000000F,
        SeccompArch.SH => 0x4000002A,
        SeccompArch.SHEB => 0x0000002A,
        _ => throw new ArgumentOutOfRangeException(nameof(arch)),
    };

    /// <summary>What its numbers begin at.</summary>
    public static uint NumberBase(this SeccompArch arch) => arch switch
    {
        SeccompArch.X32 => X32_SYSCALL_BIT,
        SeccompArch.MIPS or SeccompArch.MIPSEL => 4000,
        SeccompArch.MIPS64 or SeccompArch.MIPSEL64 => 5000,
        SeccompArch.MIPS64N32 or SeccompArch.MIPSEL64N32 => 6000,
        _ => 0,
    };

    /// <summary>Whether arguments are compared in all 64 bits; elsewhere only the low 32 count, as in libseccomp.</summary>
    public static bool Is64Bit(this SeccompArch arch) => arch is SeccompArch.X86_64 or SeccompArch.AARCH64 or SeccompArch.RISCV64 or SeccompArch.LOONGARCH64
        or SeccompArch.S390X or SeccompArch.PPC64LE or SeccompArch.PPC64 or SeccompArch.MIPSEL64 or SeccompArch.MIPS64 or SeccompArch.PARISC64;

    /// <summary>Which half of an argument comes first in struct seccomp_data.</summary>
    public static bool IsBigEndian(this SeccompArch arch) => arch is SeccompArch.S390X or SeccompArch.S390 or SeccompArch.PPC64 or SeccompArch.PPC
        or SeccompArch.MIPS64 or SeccompArch.MIPS64N32 or SeccompArch.MIPS
        or SeccompArch.M68K or SeccompArch.PARISC or SeccompArch.PARISC64 or SeccompArch.SHEB;

    /// <summary>ENOSYS, which is another number on MIPS and PA-RISC.</summary>
    internal static uint Enosys(this SeccompArch arch) => arch switch
    {
        >= SeccompArch.MIPSEL64 and <= SeccompArch.MIPS => 89,
        SeccompArch.PARISC or SeccompArch.PARISC64 => 251,
        _ => 38,
    };

    private static string Suffix(SeccompArch arch) => arch switch
    {
        SeccompArch.X86_64 => "X86_64",
        SeccompArch.X86 => "X86",
        SeccompArch.X32 => "X32",
        SeccompArch.AARCH64 => "AARCH64",
        SeccompArch.ARM => "ARM",
        SeccompArch.RISCV64 => "RISCV64",
        SeccompArch.LOONGARCH64 => "LOONGARCH64",
        SeccompArch.S390X => "S390X",
        SeccompArch.S390 => "S390",
        SeccompArch.PPC64LE => "PPC64LE",
        SeccompArch.PPC64 => "PPC64",
        SeccompArch.PPC => "PPC",
        SeccompArch.MIPSEL64 => "MIPSEL64",
        SeccompArch.MIPSEL64N32 => "MIPSEL64N32",
        SeccompArch.MIPSEL => "MIPSEL",
        SeccompArch.MIPS64 => "MIPS64",
        SeccompArch.MIPS64N32 => "MIPS64N32",
        SeccompArch.MIPS => "MIPS",
        SeccompArch.M68K => "M68K",
        SeccompArch.PARISC => "PARISC",
        SeccompArch.PARISC64 => "PARISC64",
        SeccompArch.SH => "SH",
        SeccompArch.SHEB => "SHEB",
        _ => throw new ArgumentOutOfRangeException(nameof(arch)),
    };
}
