using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// A container's hold on its layers: a file <c>layers</c> in its directory, one chain id a line, topmost first; that of a writer of the store is in no order.
/// It outlives the image's name, so that removing an image by force never takes the ground from under a container.
/// </summary>
internal static class LayerPins
{
    private const string FileName = "layers";

    /// <summary>Locked shared by who pins, exclusively by who removes layers.</summary>
    public static FileLock Share(StorePaths paths) => FileLock.Take(paths.Layers + "/.lock", FlockOperation.LOCK_SH);

    public static FileLock Exclude(StorePaths paths) => FileLock.Take(paths.Layers + "/.lock");

    public static void Write(string directory, IEnumerable<Digest> topFirst)
    {
        var text = new StringBuilder();
        foreach (var id in topFirst)
            text.Append(id.Hex).Append('\n');
        // Not synced: after a power cut the container's record is as new as this is.
        DurableFile.Write($"{directory}/{FileName}", Encoding.ASCII.GetBytes(text.ToString()), sync: false);
    }

    /// <summary>Chain ids, topmost first; none when the container has no such file.</summary>
    public static List<string> Read(string containerDirectory)
    {
        string text = SmallFile.ReadIfExists($"{containerDirectory}/{FileName}") ?? "";
        var ids = new List<string>();
        foreach (string line in text.Split('\n'))
            if (line.Length == Digest.HexLength && Digest.IsHex(line))
                ids.Add(line);
        return ids;
    }

    /// <summary>Adds what any container holds, and any writer at work.</summary>
    public static void Mark(StorePaths paths, HashSet<string> layers)
    {
        foreach (string parent in (string[])[paths.Containers, paths.Incoming])
            foreach (string name in Directories.NamesIfExists(parent) ?? [])
                layers.UnionWith(Read($"{parent}/{name}"));
    }
}
