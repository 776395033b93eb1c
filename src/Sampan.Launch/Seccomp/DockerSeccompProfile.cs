using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// A profile in the format of Docker's <see href="https://docs.docker.com/engine/security/seccomp/">--security-opt seccomp=FILE</see>: that of the
/// runtime specification, with rules that hold only for some capabilities, architectures or kernels.
/// </summary>
public sealed class DockerSeccompProfile : OciObject
{
    private readonly LinuxSeccomp _common = new();
    private List<ArchMapEntry>? _archMap;
    private List<ConditionalRule>? _rules;

    /// <summary>Reads a profile for a container.</summary>
    /// <param name="json">The file.</param>
    /// <param name="capabilities">The container's bounding set, such as <c>CAP_SYS_ADMIN</c>.</param>
    /// <param name="native">The architecture of the machine.</param>
    /// <param name="kernel">Its kernel; only the major and minor number count.</param>
    /// <exception cref="OciFormatException">Not such a profile.</exception>
    public static LinuxSeccomp Read(ReadOnlyMemory<byte> json, IReadOnlySet<string> capabilities, SeccompArch native, Version kernel)
    {
        var profile = JsonReading.Read<DockerSeccompProfile>(json);
        var result = profile._common;
        if (profile._archMap is { Count: > 0 } map)
        {
            if (result.Architectures is { Count: > 0 })
                throw new OciFormatException("archMap", "given together with architectures");
            var entry = map.Find(e => e.Architecture == native.Name());
            result.Architectures = entry is null ? null : [native.Name(), .. entry.SubArchitectures ?? []];
        }
        result.Syscalls = [];
        for (int i = 0; i < (profile._rules?.Count ?? 0); i++)
        {
            var rule = profile._rules![i];
            if (rule.Applies(capabilities, native, kernel, $"syscalls[{i}]"))
                result.Syscalls.Add(rule.ToRule($"syscalls[{i}]"));
        }
        return result;
    }

    public override void Map(JsonMap map)
    {
        map.RequiredText("defaultAction", ref _common.DefaultAction);
        map.Number("defaultErrnoRet", ref _common.DefaultErrnoRet);
        map.Texts("architectures", ref _common.Architectures);
        map.Texts("flags", ref _common.Flags);
        map.Text("listenerPath", ref _common.ListenerPath);
        map.Text("listenerMetadata", ref _common.ListenerMetadata);
        map.Objects("archMap", ref _archMap);
        map.Objects("syscalls", ref _rules);
    }

    private sealed class ArchMapEntry : OciObject
    {
        public string? Architecture;
        public List<string>? SubArchitectures;

        public override void Map(JsonMap map)
        {
            map.RequiredText("architecture", ref Architecture);
            map.Texts("subArchitectures", ref SubArchitectures);
        }
    }

    private sealed class ConditionalRule : OciObject
    {
        private string? _name;
        private List<string>? _names;
        private string? _action;
        private uint? _errnoRet;
        private List<LinuxSeccompArg>? _args;
        private RuleFilter? _includes, _excludes;

        public override void Map(JsonMap map)
        {
            map.Text("name", ref _name);
            map.Texts("names", ref _names);
            map.RequiredText("action", ref _action);
            map.Number("errnoRet", ref _errnoRet);
            map.Objects("args", ref _args);
            map.Object("includes", ref _includes);
            map.Object("excludes", ref _excludes);
        }

        // All of what is included must be there, and nothing of what is excluded.
        public bool Applies(IReadOnlySet<string> capabilities, SeccompArch native, Version kernel, string path)
        {
            string arch = DockerName(native);
            if (_includes is { } wanted
                && ((wanted.Arches is { Count: > 0 } arches && !arches.Contains(arch))
                    || wanted.Caps?.TrueForAll(capabilities.Contains) == false
                    || (wanted.MinKernel is not null && kernel < RuleFilter.Kernel(wanted.MinKernel, $"{path}.includes"))))
                return false;
            return _excludes is not { } unwanted
                || (unwanted.Arches?.Contains(arch) != true
                    && unwanted.Caps?.Exists(capabilities.Contains) != true
                    && (unwanted.MinKernel is null || kernel < RuleFilter.Kernel(unwanted.MinKernel, $"{path}.excludes")));
        }

        public LinuxSyscall ToRule(string path)
        {
            if (_name is { Length: > 0 } && _names is { Count: > 0 })
                throw new OciFormatException($"{path}.name", "given together with names");
            return new LinuxSyscall { Names = _name is { Length: > 0 } ? [_name] : _names, Action = _action, ErrnoRet = _errnoRet, Args = _args };
        }
    }

    private sealed class RuleFilter : OciObject
    {
        public List<string>? Arches;
        public List<string>? Caps;
        public string? MinKernel;

        public override void Map(JsonMap map)
        {
            map.Texts("arches", ref Arches);
            map.Texts("caps", ref Caps);
            map.Text("minKernel", ref MinKernel);
        }

        public static Version Kernel(string text, string path)
            => Version.TryParse(text, out var version) ? new Version(version.Major, version.Minor)
                : throw new OciFormatException($"{path}.minKernel", $"want a version such as 4.8, not \"{text}\"");
    }

    private static string DockerName(SeccompArch arch) => arch switch
    {
        SeccompArch.X86_64 => "amd64",
        SeccompArch.X86 => "x86",
        SeccompArch.X32 => "x32",
        SeccompArch.AARCH64 => "arm64",
        SeccompArch.ARM => "arm",
        SeccompArch.RISCV64 => "riscv64",
        SeccompArch.LOONGARCH64 => "loongarch64",
        SeccompArch.S390X => "s390x",
        SeccompArch.S390 => "s390",
        SeccompArch.PPC64LE => "ppc64le",
        SeccompArch.PPC64 => "ppc64",
        SeccompArch.PPC => "ppc",
        SeccompArch.MIPSEL64 => "mipsel64",
        SeccompArch.MIPSEL64N32 => "mips3l64n32",
        SeccompArch.MIPSEL => "mipsel",
        SeccompArch.MIPS64 => "mips64",
        SeccompArch.MIPS64N32 => "mips64n32",
        SeccompArch.MIPS => "mips",
        _ => arch.ToString().ToLowerInvariant(), // no Docker runs there
    };
}
