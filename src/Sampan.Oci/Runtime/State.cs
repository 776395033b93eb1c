namespace Sampan.Oci;

/// <summary>What <c>state</c> prints and hooks read: <see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md#state">runtime-spec 1.3, runtime.md, "State"</see>.</summary>
public sealed class State : OciObject
{
    public string? OciVersion;
    public string? ID;

    /// <summary>creating, created, running, paused or stopped.</summary>
    public string? Status;

    /// <summary>In the caller's PID namespace; 0 when stopped.</summary>
    public int? Pid;
    public string? Bundle;

    /// <summary>runc's additions: rootfs, created (RFC 3339), owner.</summary>
    public string? Rootfs;
    public string? Created;
    public string? Owner;
    public Dictionary<string, string>? Annotations;

    public override void Map(JsonMap map)
    {
        map.RequiredText("ociVersion", ref OciVersion);
        map.RequiredText("id", ref ID);
        map.Number("pid", ref Pid);
        map.RequiredText("status", ref Status);
        map.RequiredText("bundle", ref Bundle);
        map.Text("rootfs", ref Rootfs);
        map.Text("created", ref Created);
        map.TextMap("annotations", ref Annotations);
        string? owner = Owner ?? "";
        map.RequiredText("owner", ref owner);
        Owner = owner;
    }
}
