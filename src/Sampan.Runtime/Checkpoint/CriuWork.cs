using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>What dump and restore share.</summary>
internal static class CriuWork
{
    /// <summary>Interfaces and addresses are made by whoever made them the first time.</summary>
    public const uint EmptyNamespaces = (uint)CloneFlags.CLONE_NEWNET;

    private const string Annotation = "org.criu.config", Own = "/etc/criu/sampan.conf", Common = "/etc/criu/runc.conf";

    /// <summary>The directory for logs, made when missing; null: the images'.</summary>
    public static PathFd? Open(CriuSettings settings)
    {
        if (settings.WorkPath is not { } path)
            return null;
        Mkdir.Parents(path, 0x1C0);
        return Linux.Open.Directory(path);
    }

    /// <summary>A file whose settings come before ours: what the annotation names (empty: none), else the host's.</summary>
    public static string? ConfigFile(Spec spec)
    {
        if (spec.Annotations?.TryGetValue(Annotation, out string? file) == true)
            return file.Length > 0 ? file : null;
        return Sys.Statx(At.AT_FDCWD, Own, out _) >= 0 ? Own : Common;
    }
}
