using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>The id maps of a new user namespace: <see href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</see>.</summary>
/// <remarks>
/// An ordinary user may map his own id alone, and has to give up setgroups(2) for the one of his group. More ids are mapped by
/// <see href="https://man7.org/linux/man-pages/man1/newuidmap.1.html">newuidmap(1)</see> and newgidmap(1), which look up in /etc/subuid and /etc/subgid what is his.
/// </remarks>
internal static class IdMaps
{
    /// <param name="field">Of what has the two mappings: <c>linux</c>, or a mount.</param>
    /// <exception cref="SampanException">A mapping that is refused; the message names its field and, where there is one, the remedy.</exception>
    public static void Write(int pid, IReadOnlyList<LinuxIdMapping> uids, IReadOnlyList<LinuxIdMapping> gids, string field = "linux")
    {
        bool ordinary = Sys.Call(SyscallNumber.geteuid) != 0;
        Write(pid, "uid", uids, $"{field}.uidMappings", ordinary);
        if (ordinary && gids is [{ Size: 1 } own] && own.HostID == Sys.Call(SyscallNumber.getegid))
            SmallFile.Write($"/proc/{pid}/setgroups", "deny");
        Write(pid, "gid", gids, $"{field}.gidMappings", ordinary);
    }

    private static void Write(int pid, string kind, IReadOnlyList<LinuxIdMapping> mappings, string field, bool ordinary)
    {
        var text = new StringBuilder();
        foreach (var mapping in mappings)
            text.Append(mapping.ContainerID).Append(' ').Append(mapping.HostID).Append(' ').Append(mapping.Size).Append('\n');
        try
        {
            SmallFile.Write($"/proc/{pid}/{kind}_map", text.ToString());
        }
        catch (LinuxException e) when (ordinary && e.Errno == Errno.EPERM)
        {
            ByProgram(pid, kind, text.ToString(), field);
        }
        catch (LinuxException e)
        {
            throw new SampanException(e.Kind, $"{field}: {Shown(text.ToString())}: {e.Errno.Describe()}", e);
        }
    }

    private static void ByProgram(int pid, string kind, string map, string field)
    {
        string program = $"new{kind}map";
        string path = HostProgram.Find(program)
            ?? throw new SampanException(ErrorKind.Unsupported, $"{field}: {Shown(map)}: an ordinary user maps more than his own id by {program}, which is not in $PATH (apt install uidmap)");
        if (HostProgram.Run(path, [program, $"{pid}", .. map.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)], out string complaints) != 0)
            throw new SampanException(ErrorKind.PermissionDenied, $"{field}: {Shown(map)}: {(complaints.Length > 0 ? complaints : $"{program} failed")} (what a user may map is in /etc/sub{kind}: NAME:FIRST:COUNT)");
    }

    private static string Shown(string map)
    {
        string[] lines = map.TrimEnd('\n').Split('\n');
        return lines.Length <= 4 ? string.Join(", ", lines) : $"{string.Join(", ", lines[..4])} and {lines.Length - 4} more";
    }
}
