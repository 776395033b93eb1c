namespace Sampan.Images;

/// <summary>
/// Reads a tar archive entry by entry from a stream that need not seek: ustar, pax, GNU long names, GNU and pax sparse files.
/// Whatever the bytes are, it either yields an entry or throws <see cref="SampanException"/>, and holds no more than <see cref="TarLimits"/> in memory.
/// </summary>
/// <remarks>Not System.Formats.Tar: that treats attribute values as text, which damages <c>security.capability</c>, and refuses sparse files.</remarks>
public sealed class TarReader
{
    private readonly TarInput _input;
    private readonly PaxHeader _global = new();
    private int _globalSize;
    private long _remaining;
    private long _padding;
    private bool _first = true;

    public TarReader(Stream stream) => _input = new TarInput(stream);

    /// <summary>The next entry; null at the end of the archive. What was not read of the last one's data is skipped.</summary>
    public TarEntry? Next()
    {
        PaxHeader? pax = null;
        byte[]? longName = null, longLink = null;
        while (true)
        {
            SkipData();
            var block = _input.Block();
            if (block.IsEmpty || TarBlock.IsZero(block))
            {
                if (pax is not null || longName is not null || longLink is not null)
                    throw Damaged("the archive ends after an extended header");
                return null;
            }
            CheckSum(block);
            char type = (char)block[TarBlock.TypeFlag];
            switch (type)
            {
                case 'x':
                    pax ??= _global.Copy();
                    pax.Add(_input.Bytes(MetadataSize(block, TarLimits.PaxHeader)));
                    break;
                case 'g':
                    int size = MetadataSize(block, TarLimits.PaxHeader);
                    _globalSize += size;
                    if (_globalSize > TarLimits.PaxHeader)
                        throw Damaged("its global headers are too long");
                    _global.Add(_input.Bytes(size));
                    break;
                case 'L':
                    longName = TarBlock.Text(_input.Bytes(MetadataSize(block, TarLimits.LongName))).ToArray();
                    break;
                case 'K':
                    longLink = TarBlock.Text(_input.Bytes(MetadataSize(block, TarLimits.LongName))).ToArray();
                    break;
                case 'V': // a volume's label names no file
                    MetadataSize(block, TarLimits.PaxHeader);
                    break;
                default:
                    return Entry(block.ToArray(), type, pax ?? _global.Copy(), longName, longLink);
            }
        }
    }

    /// <summary>Reads data of the current entry (of a sparse file: its segments one after another); 0 at its end.</summary>
    public int Read(Span<byte> buffer)
    {
        if (buffer.Length > _remaining)
            buffer = buffer[..(int)_remaining];
        if (buffer.IsEmpty)
            return 0;
        int n = _input.Read(buffer);
        if (n == 0)
            throw Damaged("it is cut short");
        _remaining -= n;
        return n;
    }

    /// <summary>The current entry's data as a stream, valid until <see cref="Next"/>.</summary>
    public Stream Data() => new TarDataStream(this);

    internal static SampanException Damaged(string what) => new(ErrorKind.Corrupt, $"tar archive: {what}");

    private TarEntry Entry(byte[] block, char type, PaxHeader pax, byte[]? longName, byte[]? longLink)
    {
        byte[] name = pax.SparseName ?? pax.Path ?? longName ?? TarHeaderName(block);
        if (name.Length == 0)
            throw Damaged("an entry has no name");
        if (name.Length > TarLimits.LongName)
            throw Damaged($"entry \"{TarEntry.Show(name)}\": the name is too long");
        var entry = new TarEntry
        {
            Name = name,
            Kind = KindOf(type, name),
            Mode = (uint)Field(block, TarBlock.Mode, "mode", name) & 0xFFF,
            Uid = Id(pax.Uid ?? Field(block, TarBlock.Uid, "uid", name), "uid", name),
            Gid = Id(pax.Gid ?? Field(block, TarBlock.Gid, "gid", name), "gid", name),
            Mtime = pax.Mtime ?? new FileTime(Field(block, TarBlock.Mtime, "mtime", name), 0),
            Xattrs = pax.Xattrs,
        };
        long size = pax.Size ?? Field(block, TarBlock.Length, "size", name);
        if (size < 0)
            throw Damaged($"entry \"{TarEntry.Show(name)}\": a negative size");
        switch (entry.Kind)
        {
            case TarKind.HardLink or TarKind.Symlink:
                entry.LinkName = pax.LinkPath ?? longLink ?? TarBlock.Text(block.AsSpan(TarBlock.LinkName)).ToArray();
                if (entry.LinkName.Length == 0)
                    throw Damaged($"link \"{entry.Display}\" has no target");
                break;
            case TarKind.CharDevice or TarKind.BlockDevice:
                entry.DeviceMajor = Device(pax.DeviceMajor ?? Field(block, TarBlock.DeviceMajor, "device", name), name);
                entry.DeviceMinor = Device(pax.DeviceMinor ?? Field(block, TarBlock.DeviceMinor, "device", name), name);
                break;
            case TarKind.File:
                Begin(size);
                entry.Size = size;
                TarSparse.Read(entry, type, block, pax, _input, ref _remaining);
                break;
        }
        return entry;
    }

    /// <summary>ustar's name may be split over two fields; in GNU's format the second one means something else.</summary>
    private static byte[] TarHeaderName(ReadOnlySpan<byte> block)
    {
        var name = TarBlock.Text(block[TarBlock.Name]);
        var prefix = TarBlock.Text(block[TarBlock.Prefix]);
        return block[TarBlock.Magic].StartsWith("ustar\0"u8) && !prefix.IsEmpty ? [.. prefix, (byte)'/', .. name] : name.ToArray();
    }

    private static TarKind KindOf(char type, ReadOnlySpan<byte> name) => type switch
    {
        // Before POSIX a directory was a file whose name ends in a slash.
        '0' or '\0' or '7' or 'S' => name[^1] == '/' ? TarKind.Directory : TarKind.File,
        >= '1' and <= '6' => (TarKind)type,
        _ => throw new SampanException(ErrorKind.Unsupported, $"tar archive: entry \"{TarEntry.Show(name)}\" is of the unknown type {(char.IsAsciiLetterOrDigit(type) ? $"'{type}'" : $"0x{(int)type:x2}")}"),
    };

    private void CheckSum(ReadOnlySpan<byte> block)
    {
        bool good = TarBlock.TryNumber(block[TarBlock.Checksum], out long sum) && (sum == TarBlock.Sum(block) || sum == TarBlock.SignedSum(block));
        if (!good)
            throw _first ? new SampanException(ErrorKind.InvalidArgument, "not a tar archive") : Damaged("the checksum of a header is wrong");
        _first = false;
    }

    private int MetadataSize(ReadOnlySpan<byte> block, int limit)
    {
        if (!TarBlock.TryNumber(block[TarBlock.Length], out long size) || size < 0 || size > limit)
            throw Damaged($"an extended header is longer than {limit >> 10} KiB");
        Begin(size);
        _remaining = 0; // the caller takes all of it at once
        if (block[TarBlock.TypeFlag] == 'V')
            _remaining = size;
        return (int)size;
    }

    private void Begin(long size)
    {
        _remaining = size;
        _padding = -size & (TarBlock.Size - 1);
    }

    private void SkipData()
    {
        _input.Skip(_remaining);
        _input.Skip(_padding);
        (_remaining, _padding) = (0, 0);
    }

    private static long Field(ReadOnlySpan<byte> block, Range field, string what, ReadOnlySpan<byte> name)
        => TarBlock.TryNumber(block[field], out long value) ? value : throw Damaged($"entry \"{TarEntry.Show(name)}\": the {what} is not a number");

    // 2^32-1 means "leave as it is" to chown(2): the file would silently keep the owner of whoever unpacks it.
    private static uint Id(long value, string what, ReadOnlySpan<byte> name)
        => value is >= 0 and < uint.MaxValue ? (uint)value : throw Damaged($"entry \"{TarEntry.Show(name)}\": the {what} {value} is out of range");

    private static uint Device(long value, ReadOnlySpan<byte> name)
        => value is >= 0 and <= uint.MaxValue ? (uint)value : throw Damaged($"entry \"{TarEntry.Show(name)}\": the device number is out of range");
}
