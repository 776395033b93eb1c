using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>What runs in a container, wherever it runs: "Config" of Docker's API, field for field.</summary>
/// <remarks>See <see href="https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerCreate">Docker Engine API, ContainerCreate</see>.</remarks>
public sealed class ContainerSettings : OciObject
{
    public string? Hostname;
    public string? Domainname;

    /// <summary><c>name|uid[:group|gid]</c>; empty: root.</summary>
    public string? User;
    public bool AttachStdin;
    public bool AttachStdout;
    public bool AttachStderr;
    public bool Tty;

    /// <summary>Standard input stays open, attached or not.</summary>
    public bool OpenStdin;

    /// <summary>Standard input ends with the first attached client.</summary>
    public bool StdinOnce;

    /// <summary><c>NAME=value</c>.</summary>
    public List<string>? Env;
    public List<string>? Cmd;

    /// <summary>null: the image's; one empty string: none.</summary>
    public List<string>? Entrypoint;

    /// <summary>The reference the user gave.</summary>
    public string? Image;
    public SortedSet<string>? Volumes;
    public SortedSet<string>? ExposedPorts;
    public string? WorkingDir;
    public Dictionary<string, string>? Labels;

    /// <summary>A name of the host's tz database, or <c>local</c>; null: the image's. podman's field.</summary>
    public string? Timezone;

    /// <summary>Octal; null: 0022. podman's field.</summary>
    public string? Umask;

    /// <summary>Variables of the image and of ours that are left out.</summary>
    public List<string>? UnsetEnv;
    public bool UnsetEnvAll;

    /// <summary>A name or a number; null: SIGTERM.</summary>
    public string? StopSignal;

    /// <summary>Seconds between the stop signal and SIGKILL; null: 10; negative: no end.</summary>
    public int? StopTimeout;

    /// <summary>null: the image's; a test of <c>NONE</c>: none.</summary>
    public HealthConfig? Healthcheck;

    /// <summary>Podman's: none, kill, restart or stop.</summary>
    public string? HealthcheckOnFailureAction;

    /// <summary>Podman's: container, conmon, healthy or ignore; null: container.</summary>
    public string? SdNotifyMode;

    public override void Map(JsonMap map)
    {
        map.Always("Hostname", ref Hostname);
        map.Always("Domainname", ref Domainname);
        map.Always("User", ref User);
        map.Always("AttachStdin", ref AttachStdin);
        map.Always("AttachStdout", ref AttachStdout);
        map.Always("AttachStderr", ref AttachStderr);
        map.Always("Tty", ref Tty);
        map.Always("OpenStdin", ref OpenStdin);
        map.Always("StdinOnce", ref StdinOnce);
        map.Texts("Env", ref Env);
        map.Texts("Cmd", ref Cmd);
        map.Object("Healthcheck", ref Healthcheck);
        map.Text("HealthcheckOnFailureAction", ref HealthcheckOnFailureAction);
        map.Always("Image", ref Image);
        map.KeySet("Volumes", ref Volumes);
        map.KeySet("ExposedPorts", ref ExposedPorts);
        map.Always("WorkingDir", ref WorkingDir);
        map.Texts("Entrypoint", ref Entrypoint);
        map.TextMap("Labels", ref Labels);
        map.Text("sdNotifyMode", ref SdNotifyMode);
        map.Text("Timezone", ref Timezone);
        map.Text("Umask", ref Umask);
        map.Texts("UnsetEnv", ref UnsetEnv);
        map.Flag("UnsetEnvAll", ref UnsetEnvAll);
        map.Text("StopSignal", ref StopSignal);
        map.Number("StopTimeout", ref StopTimeout);
    }
}
