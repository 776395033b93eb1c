namespace Sampan.Oci;

/// <summary>What a seccomp agent is sent with its descriptor: <see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#containerprocessstate">runtime-spec
/// 1.3, config-linux.md, "The Container Process State"</see>.</summary>
public sealed class ContainerProcessState : OciObject
{
    /// <summary>The name of the descriptor that seccomp(2) returned.</summary>
    public const string SeccompFd = "seccompFd";

    public string? OciVersion;

    /// <summary>Names of the descriptors that come with it, in their order.</summary>
    public List<string>? Fds;

    /// <summary>The process under the filter, in the runtime's PID namespace.</summary>
    public int Pid;
    public string? Metadata;
    public State? State;

    public override void Map(JsonMap map)
    {
        map.RequiredText("ociVersion", ref OciVersion);
        map.Texts("fds", ref Fds);
        map.Number("pid", ref Pid);
        map.Text("metadata", ref Metadata);
        map.Object("state", ref State);
    }
}
