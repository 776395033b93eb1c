using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What the container's root may do.</summary>
internal sealed class SecurityFlags(FlagSet flags)
{
    private readonly BoolFlag _privileged = flags.Bool("privileged", '\0', "Give extended privileges to this container");
    private readonly ListFlag _capAdd = flags.List("cap-add", '\0', "Add Linux capabilities");
    private readonly ListFlag _capDrop = flags.List("cap-drop", '\0', "Drop Linux capabilities");
    private readonly ListFlag _securityOpt = flags.List("security-opt", '\0', "Security options: no-new-privileges, seccomp=builtin|unconfined|FILE, apparmor=PROFILE, label=…, systempaths=unconfined, writable-cgroups=true");
    private readonly ListFlag _groupAdd = flags.List("group-add", '\0', "Add additional groups to join");
    private readonly ListFlag _device = flags.List("device", '\0', "Add a host device to the container");
    private readonly ListFlag _rule = flags.List("device-cgroup-rule", '\0', "Add a rule to the cgroup allowed devices list");

    public void Apply(HostConfig host, HostView view)
    {
        host.Privileged = _privileged.Value;
        host.CapAdd = OrNull(_capAdd.Values);
        host.CapDrop = OrNull(_capDrop.Values);
        host.GroupAdd = OrNull(_groupAdd.Values);
        host.SecurityOpt = OrNull(_securityOpt.Values.ConvertAll(option => WithProfile(option, view)));
        host.DeviceCgroupRules = OrNull(_rule.Values);
        foreach (string device in _device.Values)
            (host.Devices ??= []).Add(DeviceOf(device));
    }

    /// <summary>The record holds the profile itself: the file may be gone at the next start.</summary>
    private static string WithProfile(string option, HostView view)
    {
        const string Prefix = "seccomp=";
        if (!option.StartsWith(Prefix, StringComparison.Ordinal) || option is "seccomp=unconfined" or "seccomp=builtin" || option == Prefix)
            return option;
        string path = option[Prefix.Length..];
        if (path.StartsWith('{'))
            return option;
        try
        {
            return Prefix + view.Text(path);
        }
        catch (SampanException e)
        {
            throw new SampanException(e.Kind, $"opening seccomp profile ({path}) failed: {e.Message}", e);
        }
    }

    /// <summary><c>host[:container][:permissions]</c>.</summary>
    private static DeviceMapping DeviceOf(string text)
    {
        string[] parts = text.Split(':');
        string path = parts[0], inside = path, permissions = "rwm";
        if (parts.Length == 2 && IsPermissions(parts[1]))
            permissions = parts[1];
        else if (parts.Length >= 2)
            inside = parts[1].Length > 0 ? parts[1] : path;
        if (parts.Length == 3)
            permissions = parts[2];
        if (parts.Length > 3 || !path.StartsWith('/') || !inside.StartsWith('/'))
            throw new FlagException($"invalid argument \"{text}\" for \"--device\" flag: want host-path[:container-path][:permissions], both absolute");
        if (!IsPermissions(permissions))
            throw new FlagException($"invalid argument \"{text}\" for \"--device\" flag: bad device mode specified: {permissions}");
        return new DeviceMapping { PathOnHost = AbsolutePath.Clean(path), PathInContainer = AbsolutePath.Clean(inside), CgroupPermissions = permissions };
    }

    private static bool IsPermissions(string text)
        => text.Length is > 0 and <= 3 && !text.AsSpan().ContainsAnyExcept("rwm") && (text.Length < 2 || text[0] != text[1]) && (text.Length < 3 || (text[0] != text[2] && text[1] != text[2]));

    private static List<string>? OrNull(List<string> values) => values.Count > 0 ? values : null;
}
