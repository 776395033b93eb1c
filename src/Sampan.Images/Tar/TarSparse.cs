using System.Buffers.Text;

namespace Sampan.Images;

/// <summary>Maps of sparse files: GNU's old format in header blocks, pax 0.0 and 0.1 in extended headers, pax 1.0 before the data.</summary>
/// <remarks>GNU tar manual, "Storing Sparse Files".</remarks>
internal static class TarSparse
{
    /// <summary>Fills in the map and the real size, when <paramref name="entry"/> has them.</summary>
    /// <param name="remaining">Bytes of data that follow; lessened by what the map takes.</param>
    public static void Read(TarEntry entry, char type, ReadOnlySpan<byte> block, PaxHeader pax, TarInput input, ref long remaining)
    {
        if (type == 'S')
            ReadGnu(entry, block, input);
        else if (pax.SparseMajor == 1 && pax.SparseMinor == 0)
            ReadMapInData(entry, pax, input, ref remaining);
        else if (pax.Sparse is not null)
            (entry.Sparse, entry.Size) = (pax.Sparse, pax.SparseRealSize ?? throw Malformed(entry));
        else if (pax.SparseMajor is not null)
            throw new SampanException(ErrorKind.Unsupported, $"tar archive: \"{entry.Display}\" is sparse in an unknown format");
        else
            return;
        Check(entry, remaining);
    }

    private static void ReadGnu(TarEntry entry, ReadOnlySpan<byte> block, TarInput input)
    {
        entry.Sparse = [];
        if (!TarBlock.TryNumber(block[TarBlock.GnuRealSize], out long real))
            throw Malformed(entry);
        entry.Size = real;
        AddGnu(entry, block[TarBlock.GnuSparse]);
        // The extension blocks are not counted in the entry's size.
        for (bool more = block[TarBlock.GnuIsExtended] != 0; more;)
        {
            var extension = input.Block();
            if (extension.IsEmpty)
                throw TarReader.Damaged("it is cut short");
            AddGnu(entry, extension[..504]);
            more = extension[504] != 0;
        }
    }

    private static void AddGnu(TarEntry entry, ReadOnlySpan<byte> fields)
    {
        for (; fields.Length >= 24 && fields[0] != 0; fields = fields[24..])
        {
            if (!TarBlock.TryNumber(fields[..12], out long offset) || !TarBlock.TryNumber(fields[12..24], out long length) || entry.Sparse!.Count >= TarLimits.SparseSegments)
                throw Malformed(entry);
            entry.Sparse.Add(new SparseSegment(offset, length));
        }
    }

    private static void ReadMapInData(TarEntry entry, PaxHeader pax, TarInput input, ref long remaining)
    {
        entry.Sparse = [];
        entry.Size = pax.SparseRealSize ?? throw Malformed(entry);
        var numbers = new MapNumbers(entry, input, remaining);
        long count = numbers.Next();
        if (count > TarLimits.SparseSegments)
            throw Malformed(entry);
        for (long i = 0; i < count; i++)
            entry.Sparse.Add(new SparseSegment(numbers.Next(), numbers.Next()));
        remaining = numbers.Remaining;
    }

    /// <summary>Ascending, within the file, and exactly as long as the data.</summary>
    private static void Check(TarEntry entry, long remaining)
    {
        long end = 0, total = 0;
        foreach (var (offset, length) in entry.Sparse!)
        {
            if (offset < end || length < 0 || offset > entry.Size || length > entry.Size - offset)
                throw Malformed(entry);
            end = offset + length;
            total += length;
        }
        if (total != remaining || entry.Size < 0)
            throw Malformed(entry);
    }

    private static SampanException Malformed(TarEntry entry) => TarReader.Damaged($"the map of the sparse file \"{entry.Display}\" is malformed");

    /// <summary>Decimal numbers, each on a line, in whole blocks.</summary>
    private ref struct MapNumbers(TarEntry entry, TarInput input, long remaining)
    {
        private byte[] _block = [];
        private int _at;

        public long Remaining { get; private set; } = remaining;

        public long Next()
        {
            Span<byte> digits = stackalloc byte[20];
            for (int n = 0; ; _at++)
            {
                if (_at == _block.Length)
                {
                    if (Remaining < TarBlock.Size)
                        throw Malformed(entry);
                    (_block, _at) = (input.Bytes(TarBlock.Size), 0);
                    Remaining -= TarBlock.Size;
                }
                byte b = _block[_at];
                if (b == '\n')
                {
                    _at++;
                    if (Utf8Parser.TryParse(digits[..n], out long number, out int used) && used == n && number >= 0)
                        return number;
                    throw Malformed(entry);
                }
                if (n == digits.Length)
                    throw Malformed(entry);
                digits[n++] = b;
            }
        }
    }
}
