namespace Sampan.Images;

/// <summary>A name out of an archive as path components: no empty ones, no <c>.</c>, no <c>..</c>.</summary>
internal static class EntryPath
{
    /// <summary>Cleans a name; a leading slash means the root of the layer, as tar has it.</summary>
    /// <returns>Components joined by slashes; empty for the root itself.</returns>
    /// <exception cref="SampanException"><c>..</c> leads out of the layer.</exception>
    public static byte[] Clean(byte[] name)
    {
        if (IsClean(name))
            return name;
        var parts = new List<Range>();
        ReadOnlySpan<byte> span = name;
        foreach (var part in span.Split((byte)'/'))
        {
            var text = span[part];
            if (text.IsEmpty || text.SequenceEqual("."u8))
                continue;
            if (!text.SequenceEqual(".."u8))
                parts.Add(part);
            else if (parts.Count == 0)
                throw new SampanException(ErrorKind.Corrupt, $"entry \"{TarEntry.Show(name)}\" leads out of the layer");
            else
                parts.RemoveAt(parts.Count - 1);
        }
        byte[] clean = new byte[name.Length];
        int length = 0;
        foreach (var part in parts)
        {
            if (length > 0)
                clean[length++] = (byte)'/';
            name.AsSpan(part).CopyTo(clean.AsSpan(length));
            length += name.AsSpan(part).Length;
        }
        return clean.AsSpan(0, length).ToArray();
    }

    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> path) => path.LastIndexOf((byte)'/') is var slash and >= 0 ? path[..slash] : default;

    public static ReadOnlySpan<byte> Last(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    private static bool IsClean(ReadOnlySpan<byte> name)
    {
        foreach (var part in name.Split((byte)'/'))
            if (name[part] is var text && (text.IsEmpty || text[0] == '.' && (text.Length == 1 || text.SequenceEqual(".."u8))))
                return false;
        return true;
    }
}
