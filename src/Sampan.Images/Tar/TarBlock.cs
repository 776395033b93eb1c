namespace Sampan.Images;

/// <summary>The 512-byte header block: offsets of its fields, and numbers in it.</summary>
/// <remarks>POSIX.1-2017, pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".</remarks>
internal static class TarBlock
{
    public const int Size = 512;

    public static readonly Range Name = 0..100, Mode = 100..108, Uid = 108..116, Gid = 116..124, Length = 124..136, Mtime = 136..148, Checksum = 148..156,
        LinkName = 157..257, Magic = 257..265, Version = 263..265, DeviceMajor = 329..337, DeviceMinor = 337..345, Prefix = 345..500;
    public const int TypeFlag = 156;

    /// <summary>Of GNU's old format: four sparse segments, more follow, the real size.</summary>
    public static readonly Range GnuSparse = 386..482, GnuRealSize = 483..495;
    public const int GnuIsExtended = 482;

    public static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);

    /// <summary>The sum of all bytes, the checksum field counted as blanks.</summary>
    public static int Sum(ReadOnlySpan<byte> block)
    {
        int sum = 8 * ' ';
        foreach (byte b in block[..148])
            sum += b;
        foreach (byte b in block[156..])
            sum += b;
        return sum;
    }

    /// <summary>As <see cref="Sum"/> with signed bytes, as some old writers did.</summary>
    public static int SignedSum(ReadOnlySpan<byte> block)
    {
        int sum = 8 * ' ';
        foreach (byte b in block[..148])
            sum += (sbyte)b;
        foreach (byte b in block[156..])
            sum += (sbyte)b;
        return sum;
    }

    /// <summary>Up to the first NUL.</summary>
    public static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    /// <summary>Octal digits, or GNU's base 256 when the first bit is set; false when neither.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
            return TryBase256(field, out value);
        field = field.Trim(" \0"u8);
        foreach (byte b in field)
        {
            // Some writers put a second number or rubbish behind a NUL.
            if (b is 0 or (byte)' ')
                break;
            if (b is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
                return false;
            value = (value << 3) | (long)(b - '0');
        }
        return true;
    }

    private static bool TryBase256(ReadOnlySpan<byte> field, out long value)
    {
        bool negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (int i = 0; i < field.Length; i++)
        {
            byte b = i == 0 ? (byte)(negative ? field[0] | 0x80 : field[0] & 0x7F) : field[i];
            if (value > long.MaxValue >> 8 || value < long.MinValue >> 8)
                return false;
            value = (value << 8) | b;
        }
        return true;
    }

    /// <summary>Writes octal digits and a NUL; false when the number does not fit.</summary>
    public static bool TryWriteOctal(Span<byte> field, long value)
    {
        if (value < 0 || (field.Length - 1) * 3 < 63 && value >> ((field.Length - 1) * 3) != 0)
            return false;
        field[^1] = 0;
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
        return true;
    }
}
