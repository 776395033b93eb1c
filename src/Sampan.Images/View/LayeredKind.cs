using System.Text;

namespace Sampan.Images;

/// <summary>What a path is in layers that are not mounted.</summary>
public static class LayeredKind
{
    /// <summary>Whether <paramref name="path"/> is a directory; null when nothing is there, or a link stands in the way, which is not followed.</summary>
    /// <param name="layers">Directories, topmost first.</param>
    /// <param name="path">Absolute, in the container.</param>
    public static bool? IsDirectory(IEnumerable<string> layers, string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var directory = LayeredDirectory.Open(layers);
        try
        {
            for (int i = 0; i < parts.Length; i++)
            {
                byte[] name = Encoding.UTF8.GetBytes(parts[i]);
                if (directory.Find(name, out var file) is null || file.IsSymlink)
                    return null;
                if (i == parts.Length - 1)
                    return file.IsDirectory;
                if (directory.Enter(name) is not { } inner)
                    return null;
                directory.Dispose();
                directory = inner;
            }
            return true;
        }
        finally
        {
            directory.Dispose();
        }
    }
}
