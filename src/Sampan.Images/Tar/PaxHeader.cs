using System.Buffers.Text;

namespace Sampan.Images;

/// <summary>The records of extended headers that mean something here, byte for byte: values are not text.</summary>
/// <remarks>POSIX.1-2017, pax, "pax Extended Header"; GNU tar manual, "Storing Sparse Files"; star(5) for SCHILY.xattr.</remarks>
internal sealed class PaxHeader
{
    private static ReadOnlySpan<byte> XattrPrefix => "SCHILY.xattr."u8;

    public byte[]? Path, LinkPath, SparseName;
    public long? Size, Uid, Gid, DeviceMajor, DeviceMinor, SparseRealSize, SparseMajor, SparseMinor;
    public FileTime? Mtime;
    public List<Xattr> Xattrs = [];
    public List<SparseSegment>? Sparse;
    private long? _sparseOffset;

    /// <summary>A copy to which an entry's own header is added.</summary>
    public PaxHeader Copy()
    {
        var copy = (PaxHeader)MemberwiseClone();
        copy.Xattrs = [.. Xattrs];
        copy.Sparse = Sparse is null ? null : [.. Sparse];
        return copy;
    }

    /// <summary>Adds the records of one header.</summary>
    public void Add(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int space = data.IndexOf((byte)' ');
            if (space <= 0 || !Utf8Parser.TryParse(data[..space], out int length, out int used) || used != space || length <= space + 1 || length > data.Length || data[length - 1] != '\n')
                throw TarReader.Damaged("an extended header is malformed");
            var record = data[(space + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw TarReader.Damaged("an extended header is malformed");
            Apply(record[..equals], record[(equals + 1)..]);
            data = data[length..];
        }
    }

    private void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        // An empty value takes a global record back.
        if (key.SequenceEqual("path"u8))
            Path = Name(value);
        else if (key.SequenceEqual("linkpath"u8))
            LinkPath = Name(value);
        else if (key.SequenceEqual("size"u8))
            Size = Number(value, "size");
        else if (key.SequenceEqual("uid"u8))
            Uid = Number(value, "uid");
        else if (key.SequenceEqual("gid"u8))
            Gid = Number(value, "gid");
        else if (key.SequenceEqual("mtime"u8))
            Mtime = value.IsEmpty ? null : PaxTime.Parse(value);
        else if (key.SequenceEqual("SCHILY.devmajor"u8))
            DeviceMajor = Number(value, "SCHILY.devmajor");
        else if (key.SequenceEqual("SCHILY.devminor"u8))
            DeviceMinor = Number(value, "SCHILY.devminor");
        else if (key.StartsWith(XattrPrefix))
            SetXattr(key[XattrPrefix.Length..], value);
        else if (key.StartsWith("GNU.sparse."u8))
            ApplySparse(key["GNU.sparse."u8.Length..], value);
    }

    private void ApplySparse(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("name"u8))
            SparseName = Name(value);
        else if (key.SequenceEqual("size"u8) || key.SequenceEqual("realsize"u8))
            SparseRealSize = Number(value, "GNU.sparse.realsize");
        else if (key.SequenceEqual("major"u8))
            SparseMajor = Number(value, "GNU.sparse.major");
        else if (key.SequenceEqual("minor"u8))
            SparseMinor = Number(value, "GNU.sparse.minor");
        else if (key.SequenceEqual("numblocks"u8))
            Sparse ??= [];
        else if (key.SequenceEqual("offset"u8))
            _sparseOffset = Number(value, "GNU.sparse.offset");
        else if (key.SequenceEqual("numbytes"u8))
            AddSegment(_sparseOffset, Number(value, "GNU.sparse.numbytes"));
        else if (key.SequenceEqual("map"u8))
            ReadMap(value);
    }

    /// <summary>Format 0.1: offset, length, offset, length.</summary>
    private void ReadMap(ReadOnlySpan<byte> value)
    {
        Sparse = [];
        long? offset = null;
        foreach (var part in value.Split((byte)','))
        {
            if (value[part].IsEmpty)
                break;
            long? number = Number(value[part], "GNU.sparse.map");
            if (offset is null)
                offset = number;
            else
            {
                AddSegment(offset, number);
                offset = null;
            }
        }
    }

    private void AddSegment(long? offset, long? length)
    {
        Sparse ??= [];
        if (offset is null || length is null || Sparse.Count >= TarLimits.SparseSegments)
            throw TarReader.Damaged("the map of a sparse file is malformed");
        Sparse.Add(new SparseSegment(offset.Value, length.Value));
    }

    private void SetXattr(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.IsEmpty || name.Length > 255 || name.Contains((byte)0))
            throw TarReader.Damaged("an extended attribute has no valid name");
        for (int i = Xattrs.Count - 1; i >= 0; i--)
            if (name.SequenceEqual(Xattrs[i].Name))
                Xattrs.RemoveAt(i);
        Xattrs.Add(new Xattr(name.ToArray(), value.ToArray()));
    }

    private static byte[]? Name(ReadOnlySpan<byte> value)
    {
        if (value.Contains((byte)0))
            throw TarReader.Damaged("a name holds a NUL");
        return value.IsEmpty ? null : value.ToArray();
    }

    private static long? Number(ReadOnlySpan<byte> value, string what)
    {
        if (value.IsEmpty)
            return null;
        if (!Utf8Parser.TryParse(value, out long number, out int used) || used != value.Length || number < 0)
            throw TarReader.Damaged($"{what} is not a number");
        return number;
    }
}
