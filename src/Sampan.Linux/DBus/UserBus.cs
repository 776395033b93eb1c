namespace Sampan.Linux;

/// <summary>Where an ordinary user's message bus is.</summary>
/// <remarks><see href="https://dbus.freedesktop.org/doc/dbus-specification.html#addresses">D-Bus Specification, "Server Addresses"</see>.</remarks>
public static class UserBus
{
    /// <summary>Path of its socket: by DBUS_SESSION_BUS_ADDRESS, else <c>bus</c> below XDG_RUNTIME_DIR.</summary>
    /// <exception cref="SampanException">Neither leads to one.</exception>
    public static string Path()
    {
        if (Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } addresses)
            return PathOf(addresses) ?? throw new SampanException(ErrorKind.Unsupported, $"DBUS_SESSION_BUS_ADDRESS: \"{addresses}\" names no path of a unix socket");
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory && Sys.Statx(At.AT_FDCWD, $"{directory}/bus", out _) >= 0)
            return $"{directory}/bus";
        throw new SampanException(ErrorKind.Unsupported, "--systemd-cgroup: could not detect DBUS_SESSION_BUS_ADDRESS from the environment, and there is no bus in XDG_RUNTIME_DIR (a login session has both; package dbus-user-session)");
    }

    /// <summary>The first <c>unix:path=</c> of a list of addresses; null when there is none.</summary>
    public static string? PathOf(string addresses)
    {
        foreach (string address in addresses.Split(';'))
        {
            if (!address.StartsWith("unix:", StringComparison.Ordinal))
                continue;
            foreach (string pair in address["unix:".Length..].Split(','))
                if (pair.StartsWith("path=/", StringComparison.Ordinal))
                    return Unescape(pair["path=".Length..]);
        }
        return null;
    }

    private static string Unescape(string value) => value.Contains('%') ? Uri.UnescapeDataString(value) : value;
}
