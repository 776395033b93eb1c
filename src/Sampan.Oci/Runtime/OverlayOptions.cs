using System.Text;

namespace Sampan.Oci;

/// <summary>
/// Paths in the options of an overlay mount: <c>lowerdir</c> holds several, joined by colons. In a path a backslash stands before
/// each backslash, colon and comma, as overlayfs undoes it in <c>lowerdir</c>, <c>upperdir</c> and <c>workdir</c>
/// (not in <c>lowerdir+</c> and <c>datadir+</c>, which take a path as it is).
/// </summary>
/// <remarks><see href="https://docs.kernel.org/filesystems/overlayfs.html">overlayfs</see>, "Multiple lower layers".</remarks>
public static class OverlayOptions
{
    public static string Escape(string path)
    {
        if (path.AsSpan().IndexOfAny('\\', ':', ',') < 0)
            return path;
        var text = new StringBuilder(path.Length + 8);
        foreach (char c in path)
        {
            if (c is '\\' or ':' or ',')
                text.Append('\\');
            text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>The value of <c>lowerdir</c>.</summary>
    public static string Join(IEnumerable<string> paths) => string.Join(':', paths.Select(Escape));

    /// <summary>The paths in a value of <c>lowerdir</c>, topmost first; of <c>upperdir</c> and <c>workdir</c>, the one.</summary>
    public static List<string> Split(string value)
    {
        var paths = new List<string>();
        var text = new StringBuilder(value.Length);
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length)
                text.Append(value[++i]);
            else if (value[i] == ':')
            {
                paths.Add(text.ToString());
                text.Clear();
            }
            else
                text.Append(value[i]);
        }
        paths.Add(text.ToString());
        return paths;
    }
}
