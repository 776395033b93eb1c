namespace Sampan.Launch;

/// <summary>A compiled filter.</summary>
public sealed class SeccompProgram
{
    public byte[] Filter { get; init; } = [];
    public uint Flags { get; init; }
    public bool NeedsListener { get; init; }
}

/// <summary>Compiles a profile to BPF.</summary>
public static class SeccompCompiler
{
    public static SeccompProgram Compile(Oci.LinuxSeccomp profile)
        => throw new SampanException(ErrorKind.Unsupported, $"linux.seccomp: {profile.DefaultAction}: filters are not compiled yet");
}
