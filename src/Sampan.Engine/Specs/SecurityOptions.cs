namespace Sampan.Engine;

/// <summary>What <c>--security-opt</c> asked for.</summary>
public sealed class SecurityOptions
{
    public bool NoNewPrivileges { get; private set; }

    /// <summary>No filter of system calls at all.</summary>
    public bool SeccompUnconfined { get; private set; }

    /// <summary>The default filter was asked for by name: a privileged container has it then, too.</summary>
    public bool SeccompBuiltin { get; private set; }

    /// <summary>A profile in JSON instead of the default one.</summary>
    public string? SeccompProfile { get; private set; }

    /// <summary>A profile the kernel has loaded; null: none.</summary>
    public string? AppArmorProfile { get; private set; }

    /// <summary>Nothing of /proc and /sys is hidden.</summary>
    public bool SystemPathsUnconfined { get; private set; }

    /// <summary>Whether the container may write to its cgroups; null: a privileged one alone.</summary>
    public bool? WritableCgroups { get; private set; }

    /// <summary>SELinux labels were asked for: <c>user:…</c>, <c>type:…</c>, ... Where SELinux is off they mean nothing.</summary>
    public string? Label { get; private set; }

    /// <exception cref="SampanException">An option that is unknown, or known and not supported.</exception>
    public static SecurityOptions Parse(List<string>? options)
    {
        var result = new SecurityOptions();
        foreach (string option in options ?? [])
            result.Take(option);
        return result;
    }

    private void Take(string option)
    {
        // Docker still takes the old form with a colon.
        int at = option.IndexOfAny(['=', ':']);
        string name = at < 0 ? option : option[..at], value = at < 0 ? "" : option[(at + 1)..];
        switch (name)
        {
            case "no-new-privileges" when at < 0 || value is "true" or "false":
                NoNewPrivileges = value != "false";
                break;
            case "seccomp" when value == "unconfined":
                SeccompUnconfined = true;
                break;
            case "seccomp" when value == "builtin":
                SeccompBuiltin = true;
                break;
            case "seccomp" when value.Length > 0:
                SeccompProfile = value;
                break;
            case "apparmor" when value.Length > 0:
                AppArmorProfile = value == "unconfined" ? null : value;
                break;
            case "label" when value == "disable":
                break;
            case "label" when IsLabel(value):
                Label = option;
                break;
            case "systempaths" when value == "unconfined":
                SystemPathsUnconfined = true;
                break;
            case "writable-cgroups" when at < 0 || value is "true" or "false":
                WritableCgroups = value != "false";
                break;
            default:
                throw new SampanException(ErrorKind.InvalidArgument,
                    $"invalid --security-opt \"{option}\": want no-new-privileges[=true|false], seccomp=builtin|unconfined|FILE, apparmor=PROFILE, label=disable|user:USER|role:ROLE|type:TYPE|level:LEVEL, systempaths=unconfined or writable-cgroups=true|false");
        }
    }

    private static bool IsLabel(string value)
    {
        int colon = value.IndexOf(':');
        return value == "nested" || (colon > 0 && colon < value.Length - 1 && value[..colon] is "user" or "role" or "type" or "level" or "filetype");
    }
}
