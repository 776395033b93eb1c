using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>The id maps of a new user namespace: <see href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</see>.</summary>
internal static class IdMaps
{
    /// <param name="field">Of what has the two mappings: <c>linux</c>, or a mount.</param>
    public static void Write(int pid, IReadOnlyList<LinuxIdMapping> uids, IReadOnlyList<LinuxIdMapping> gids, string field = "linux")
    {
        Write($"/proc/{pid}/uid_map", uids, $"{field}.uidMappings");
        Write($"/proc/{pid}/gid_map", gids, $"{field}.gidMappings");
    }

    private static void Write(string file, IReadOnlyList<LinuxIdMapping> mappings, string field)
    {
        var text = new StringBuilder();
        foreach (var mapping in mappings)
            text.Append(mapping.ContainerID).Append(' ').Append(mapping.HostID).Append(' ').Append(mapping.Size).Append('\n');
        try
        {
            SmallFile.Write(file, text.ToString());
        }
        catch (LinuxException e)
        {
            throw new SampanException(e.Kind, $"{field}: {Shown(text.ToString())}: {e.Errno.Describe()}", e);
        }
    }

    private static string Shown(string map)
    {
        string[] lines = map.TrimEnd('\n').Split('\n');
        return lines.Length <= 4 ? string.Join(", ", lines) : $"{string.Join(", ", lines[..4])} and {lines.Length - 4} more";
    }
}
