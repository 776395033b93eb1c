namespace Sampan.Engine;

/// <summary>Paths by their text alone.</summary>
public static class AbsolutePath
{
    /// <summary><paramref name="path"/> without empty parts, <c>.</c> and <c>..</c>; a <c>..</c> at the root stays there.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
            if (part == "..")
            {
                if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
                parts.Add(part);
        return "/" + string.Join('/', parts);
    }
}
