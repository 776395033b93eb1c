using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>What libseccomp makes of a profile, driven as runc drives it.</summary>
internal static unsafe class LibSeccomp
{
    public const int Unknown = -1;
    private const string Library = "libseccomp.so.2";

    /// <summary>The BPF program of a profile for <paramref name="native"/> and the architectures it lists, in this machine's byte order.</summary>
    public static byte[] Compile(LinuxSeccomp profile, SeccompArch native)
    {
        uint defaultAction = Action(profile.DefaultAction!, profile.DefaultErrnoRet);
        nint context = seccomp_init(defaultAction);
        Assert.NotEqual(0, context);
        try
        {
            if (native != SeccompArchFacts.Native)
            {
                Assert.Equal(0, seccomp_arch_remove(context, Token(SeccompArchFacts.Native.Name())));
                Assert.Equal(0, seccomp_arch_add(context, Token(native.Name())));
            }
            foreach (string name in profile.Architectures ?? [])
            {
                int added = seccomp_arch_add(context, Token(name));
                Assert.True(added is 0 or -17, $"seccomp_arch_add {name}: {added}");
            }
            foreach (var rule in profile.Syscalls!)
                Add(context, rule, defaultAction);
            string file = Path.GetTempFileName();
            try
            {
                using (SafeFileHandle handle = File.OpenHandle(file, FileMode.Create, FileAccess.Write))
                    Assert.Equal(0, seccomp_export_bpf(context, (int)handle.DangerousGetHandle()));
                byte[] filter = File.ReadAllBytes(file);
                return native.IsBigEndian() ? Swapped(filter) : filter;
            }
            finally
            {
                File.Delete(file);
            }
        }
        finally
        {
            seccomp_release(context);
        }
    }

    /// <summary>Whether the part of a filter of libseccomp's that is for <paramref name="arch"/> tests the number without ever loading it, and so takes the architecture for it.</summary>
    /// <remarks>In libseccomp 2.5 and 2.6, _gen_bpf_syscalls (gen_bpf.c) puts the load in front of the call of the highest priority, and leaves it out
    /// together with that call where the architecture lacks the call: all rules are then lost there.</remarks>
    public static bool ForgetsNumber(ReadOnlySpan<byte> filter, SeccompArch arch)
    {
        const ushort load = 0x20, always = 0x05, equal = 0x15, jump = 0x05, classes = 0x07;
        var code = MemoryMarshal.Cast<byte, sock_filter>(filter);
        Assert.Equal((load, 4u), (code[0].code, code[0].k)); // struct seccomp_data: nr, then arch
        int at = Follow(code, 1);
        while (code[at].code == equal)
        {
            int inside = Follow(code, at + 1 + code[at].jt);
            if (code[at].k == arch.Audit())
                return (code[inside].code & classes) == jump;
            at = Follow(code, at + 1 + code[at].jf);
        }
        return false;

        static int Follow(ReadOnlySpan<sock_filter> code, int at)
        {
            while (code[at].code == always)
                at += 1 + (int)code[at].k;
            return at;
        }
    }

    // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k.
    private static byte[] Swapped(byte[] filter)
    {
        for (int i = 0; i < filter.Length; i += 8)
        {
            Array.Reverse(filter, i, 2);
            Array.Reverse(filter, i + 4, 4);
        }
        return filter;
    }

    /// <summary>The number of a call, below 0 where the architecture lacks it; <see cref="Unknown"/> when libseccomp does not know the name.</summary>
    public static int Number(string name, SeccompArch arch) => seccomp_syscall_resolve_name_arch(Token(arch.Name()), name);

    private static void Add(nint context, LinuxSyscall rule, uint defaultAction)
    {
        uint action = Action(rule.Action!, rule.ErrnoRet);
        if (action == defaultAction)
            return;
        var args = (rule.Args ?? []).Select(a => new scmp_arg_cmp
        {
            arg = a.Index,
            op = 1 + Array.IndexOf(["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"], a.Op),
            datum_a = a.Value ?? 0,
            datum_b = a.ValueTwo ?? 0,
        }).ToArray();
        bool repeated = args.GroupBy(a => a.arg).Any(g => g.Count() > 1);
        foreach (string name in rule.Names!)
        {
            int number = seccomp_syscall_resolve_name(name);
            if (number == Unknown)
                continue;
            foreach (var conditions in repeated ? args.Select(a => new[] { a }) : [args])
            {
                fixed (scmp_arg_cmp* p = conditions)
                {
                    int result = seccomp_rule_add_array(context, action, number, (uint)conditions.Length, p);
                    Assert.True(result == 0, $"seccomp_rule_add {name}: {result}");
                }
            }
        }
    }

    private static uint Token(string name)
    {
        Assert.StartsWith("SCMP_ARCH_", name);
        uint token = seccomp_arch_resolve_name(name["SCMP_ARCH_".Length..].ToLowerInvariant());
        Assert.NotEqual(0u, token);
        return token;
    }

    private static uint Action(string action, uint? errno) => action switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x80000000,
        "SCMP_ACT_TRAP" => 0x30000,
        "SCMP_ACT_ERRNO" => 0x50000 | (errno ?? 1),
        "SCMP_ACT_TRACE" => 0x7FF00000 | (errno ?? 1),
        "SCMP_ACT_LOG" => 0x7FFC0000,
        _ => 0x7FFF0000,
    };

    [StructLayout(LayoutKind.Sequential)]
    private struct scmp_arg_cmp
    {
        public uint arg;
        public int op;
        public ulong datum_a;
        public ulong datum_b;
    }

    [DllImport(Library)]
    private static extern nint seccomp_init(uint action);

    [DllImport(Library)]
    private static extern void seccomp_release(nint context);

    [DllImport(Library)]
    private static extern uint seccomp_arch_resolve_name([MarshalAs(UnmanagedType.LPStr)] string name);

    [DllImport(Library)]
    private static extern int seccomp_arch_add(nint context, uint token);

    [DllImport(Library)]
    private static extern int seccomp_arch_remove(nint context, uint token);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name([MarshalAs(UnmanagedType.LPStr)] string name);

    [DllImport(Library)]
    private static extern int seccomp_syscall_resolve_name_arch(uint token, [MarshalAs(UnmanagedType.LPStr)] string name);

    [DllImport(Library)]
    private static extern int seccomp_rule_add_array(nint context, uint action, int number, uint count, scmp_arg_cmp* args);

    [DllImport(Library)]
    private static extern int seccomp_export_bpf(nint context, int fd);
}
