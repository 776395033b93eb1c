using System.Globalization;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>Flags that checkpoint and restore share, read as runc reads them.</summary>
internal static class CriuFlags
{
    public static readonly string[] Common =
    [
        "image-path=", "work-path=", "tcp-established", "ext-unix-sk", "shell-job", "file-locks", "manage-cgroups-mode=", "empty-ns=", "auto-dedup", "lazy-pages",
    ];

    /// <summary>What <see cref="Common"/> says.</summary>
    public static CriuSettings Settings(Arguments arguments) => new()
    {
        ImagePath = ImagePath(arguments),
        WorkPath = arguments.Value("work-path") is { Length: > 0 } path ? Path.GetFullPath(path) : null,
        TcpEstablished = arguments.Flag("tcp-established"),
        ExternalUnixSockets = arguments.Flag("ext-unix-sk"),
        ShellJob = arguments.Flag("shell-job"),
        FileLocks = arguments.Flag("file-locks"),
        AutoDedup = arguments.Flag("auto-dedup"),
        LazyPages = arguments.Flag("lazy-pages"),
        ManageCgroupsMode = arguments.Value("manage-cgroups-mode"),
    };

    private static string ImagePath(Arguments arguments)
    {
        // A network namespace is never CRIU's to fill; others cannot be left empty.
        foreach (string name in arguments.Values("empty-ns"))
        {
            if (name != "network")
                throw new UsageException($"namespace \"{name}\" is not supported");
        }
        return Path.GetFullPath(arguments.Value("image-path") is { Length: > 0 } path ? path : "checkpoint");
    }

    /// <summary>ADDRESS:PORT, an address of version 6 in brackets.</summary>
    public static (string Address, int Port)? PageServer(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        int colon = text.LastIndexOf(':');
        string address = colon < 0 ? "" : text[..colon].Trim('[', ']');
        if (address.Length == 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
            throw new UsageException($"--page-server: \"{text}\": want ADDRESS:PORT");
        return (address, port);
    }
}
