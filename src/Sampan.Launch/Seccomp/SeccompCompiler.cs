using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// Compiles a profile of <see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#seccomp">runtime-spec 1.3,
/// config-linux.md, "Seccomp"</see> to the classic BPF that the kernel runs at each system call.
/// </summary>
/// <remarks>
/// The program looks up the architecture, then the number in a tree of ranges, then the arguments where a rule has conditions. Nothing but loads,
/// comparisons with constants and returns, so that the kernel finds out by itself which calls are always allowed and skips the filter for them.
/// </remarks>
public static class SeccompCompiler
{
    private const int BPF_MAXINSNS = 4096;
    private const uint NumberOffset = 0, ArchOffset = 4;

    /// <summary>Compiles <paramref name="profile"/>.</summary>
    /// <param name="profile">Its rules mean what they mean to runc: names that no kernel has are ignored; a rule without conditions beats those
    /// with; conditions on the same argument are alternatives; and calls newer than any the profile names fail with ENOSYS, not with its
    /// default, unless that lets them through.</param>
    /// <param name="native">The architecture of the machine, which is filtered whether the profile lists it or not; null: of this program.</param>
    /// <param name="path">Of the profile in its document, for errors.</param>
    /// <exception cref="OciFormatException">The profile is not what the specification says.</exception>
    public static SeccompProgram Compile(LinuxSeccomp profile, SeccompArch? native = null, string path = "linux.seccomp")
    {
        var rules = SeccompRules.Read(profile, path);
        if (rules.NeedsListener && string.IsNullOrEmpty(profile.ListenerPath))
            throw new OciFormatException($"{path}.listenerPath", "missing, and a rule says SCMP_ACT_NOTIFY");
        // runtime-spec 1.3, config-linux.md, "Seccomp": metadata must not be set without the path.
        if (!string.IsNullOrEmpty(profile.ListenerMetadata) && string.IsNullOrEmpty(profile.ListenerPath))
            throw new OciFormatException($"{path}.listenerMetadata", "needs listenerPath");
        uint flags = SeccompFlags.Parse(profile.Flags, rules.NeedsListener, path);
        var architectures = Architectures(profile, native ?? SeccompArchFacts.Native, path);

        var code = new BpfAssembler();
        var sections = new SectionCode(code, rules);
        // What the profile does not speak of has no numbers to look up; libseccomp kills the thread, and so do we.
        int target = code.Return(SeccompActions.KillThread);
        for (int i = architectures.Count - 1; i >= 0; i--)
        {
            var arch = architectures[i];
            bool x32 = arch == SeccompArch.X32;
            if (x32 && architectures.Contains(SeccompArch.X86_64))
                continue;
            int section = arch == SeccompArch.X86_64 || x32
                ? sections.WriteX86(!x32, x32 || architectures.Contains(SeccompArch.X32))
                : sections.Write(arch);
            target = code.Branch(BpfAssembler.JMP_JEQ_K, arch.Audit(), code.Load(NumberOffset, section), target);
        }
        code.Load(ArchOffset, target);
        if (code.Count > BPF_MAXINSNS)
            throw new OciFormatException(path, $"makes a filter of {code.Count} instructions, and the kernel takes {BPF_MAXINSNS}");
        return new SeccompProgram { Filter = code.ToArray(), Flags = flags, NeedsListener = rules.NeedsListener };
    }

    private static List<SeccompArch> Architectures(LinuxSeccomp profile, SeccompArch native, string path)
    {
        var list = new List<SeccompArch> { native };
        for (int i = 0; i < (profile.Architectures?.Count ?? 0); i++)
        {
            string name = profile.Architectures![i];
            if (!SeccompArchFacts.TryParse(name, native, out var arch))
                throw new OciFormatException($"{path}.architectures[{i}]", $"unknown architecture \"{name}\"");
            if (arch.IsBigEndian() != native.IsBigEndian())
                throw new OciFormatException($"{path}.architectures[{i}]", $"{name} has another byte order than {native.Name()}");
            if (!list.Contains(arch))
                list.Add(arch);
        }
        return list;
    }
}
