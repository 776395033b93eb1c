using System.Globalization;
using System.Text;

namespace Sampan.Images;

/// <summary>Writes a tar archive: ustar, with pax headers where that is too small. The same entries always give the same bytes.</summary>
public sealed class TarWriter(Stream stream)
{
    private long _remaining;
    private int _padding;

    /// <summary>Begins an entry; of a file, <see cref="TarEntry.Size"/> bytes of data are to follow (<see cref="TarEntry.Sparse"/> is not written).</summary>
    public void WriteHeader(TarEntry entry)
    {
        EndEntry();
        Span<byte> block = stackalloc byte[TarBlock.Size];
        block.Clear();
        var pax = new MemoryStream();
        WriteName(block[TarBlock.Name], entry.Name, "path"u8, pax);
        WriteName(block[TarBlock.LinkName], entry.LinkName, "linkpath"u8, pax);
        TarBlock.TryWriteOctal(block[TarBlock.Mode], entry.Mode & 0xFFF);
        WriteNumber(block[TarBlock.Uid], entry.Uid, "uid"u8, pax);
        WriteNumber(block[TarBlock.Gid], entry.Gid, "gid"u8, pax);
        long size = entry.Kind == TarKind.File ? entry.Size : 0;
        WriteNumber(block[TarBlock.Length], size, "size"u8, pax);
        if (!TarBlock.TryWriteOctal(block[TarBlock.Mtime], entry.Mtime.Seconds) || entry.Mtime.Nanoseconds != 0)
        {
            Record(pax, "mtime"u8, PaxTime.Format(entry.Mtime));
            if (entry.Mtime.Seconds < 0)
                TarBlock.TryWriteOctal(block[TarBlock.Mtime], 0);
        }
        if (entry.Kind is TarKind.CharDevice or TarKind.BlockDevice)
        {
            WriteNumber(block[TarBlock.DeviceMajor], entry.DeviceMajor, "SCHILY.devmajor"u8, pax);
            WriteNumber(block[TarBlock.DeviceMinor], entry.DeviceMinor, "SCHILY.devminor"u8, pax);
        }
        foreach (var (name, value) in entry.Xattrs)
            Record(pax, [.. "SCHILY.xattr."u8, .. name], value);
        if (pax.Length > 0)
            WritePax(pax.GetBuffer().AsSpan(0, (int)pax.Length));
        WriteBlock(block, (byte)entry.Kind);
        _remaining = size;
        _padding = (int)(-size & (TarBlock.Size - 1));
    }

    public void WriteData(ReadOnlySpan<byte> data)
    {
        if (data.Length > _remaining)
            throw new InvalidOperationException("more data than the entry's size");
        stream.Write(data);
        _remaining -= data.Length;
    }

    /// <summary>Ends the archive; the stream stays open.</summary>
    public void Finish()
    {
        EndEntry();
        stream.Write(new byte[2 * TarBlock.Size]);
    }

    private void EndEntry()
    {
        if (_remaining != 0)
            throw new InvalidOperationException("less data than the entry's size");
        stream.Write(new byte[_padding]);
        _padding = 0;
    }

    private void WritePax(ReadOnlySpan<byte> records)
    {
        Span<byte> block = stackalloc byte[TarBlock.Size];
        block.Clear();
        "PaxHeaders.0/entry"u8.CopyTo(block);
        TarBlock.TryWriteOctal(block[TarBlock.Mode], 0x1A4);
        TarBlock.TryWriteOctal(block[TarBlock.Uid], 0);
        TarBlock.TryWriteOctal(block[TarBlock.Gid], 0);
        TarBlock.TryWriteOctal(block[TarBlock.Length], records.Length);
        TarBlock.TryWriteOctal(block[TarBlock.Mtime], 0);
        WriteBlock(block, (byte)'x');
        stream.Write(records);
        stream.Write(new byte[-records.Length & (TarBlock.Size - 1)]);
    }

    private void WriteBlock(Span<byte> block, byte type)
    {
        block[TarBlock.TypeFlag] = type;
        "ustar"u8.CopyTo(block[TarBlock.Magic]);
        "00"u8.CopyTo(block[TarBlock.Version]);
        Span<byte> sum = block[TarBlock.Checksum];
        TarBlock.TryWriteOctal(sum[..7], TarBlock.Sum(block));
        sum[7] = (byte)' ';
        stream.Write(block);
    }

    private static void WriteName(Span<byte> field, ReadOnlySpan<byte> name, ReadOnlySpan<byte> key, MemoryStream pax)
    {
        if (name.Length > field.Length || name.ContainsAnyInRange((byte)0x80, (byte)0xFF))
            Record(pax, key, name);
        name[..Math.Min(name.Length, field.Length)].CopyTo(field);
    }

    private static void WriteNumber(Span<byte> field, long value, ReadOnlySpan<byte> key, MemoryStream pax)
    {
        if (TarBlock.TryWriteOctal(field, value))
            return;
        TarBlock.TryWriteOctal(field, 0);
        Record(pax, key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>A record's length counts its own digits.</summary>
    private static void Record(MemoryStream pax, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.Contains((byte)'='))
            throw new SampanException(ErrorKind.Unsupported, $"tar archive: an attribute named \"{TarEntry.Show(key)}\" cannot be stored");
        int rest = key.Length + value.Length + 3;
        int length = rest + 1;
        while (length != rest + Digits(length))
            length = rest + Digits(length);
        pax.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
        pax.WriteByte((byte)' ');
        pax.Write(key);
        pax.WriteByte((byte)'=');
        pax.Write(value);
        pax.WriteByte((byte)'\n');
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
