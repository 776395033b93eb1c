using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Sampan.Images;

/// <summary>Times as extended headers have them: decimal seconds, with a fraction.</summary>
internal static class PaxTime
{
    public static FileTime Parse(ReadOnlySpan<byte> text)
    {
        bool negative = text.Length > 0 && text[0] == '-';
        var digits = negative ? text[1..] : text;
        int dot = digits.IndexOf((byte)'.');
        var whole = dot < 0 ? digits : digits[..dot];
        long seconds = 0;
        if (whole.Length > 0 && (!Utf8Parser.TryParse(whole, out seconds, out int used) || used != whole.Length || seconds < 0) || digits.IsEmpty)
            throw TarReader.Damaged("a time is not a number");
        uint nanoseconds = 0, scale = 100_000_000;
        if (dot >= 0)
            foreach (byte b in digits[(dot + 1)..])
            {
                if (b is < (byte)'0' or > (byte)'9')
                    throw TarReader.Damaged("a time is not a number");
                nanoseconds += (uint)(b - '0') * scale;
                scale /= 10;
            }
        if (!negative)
            return new FileTime(seconds, nanoseconds);
        return nanoseconds == 0 ? new FileTime(-seconds, 0) : new FileTime(-seconds - 1, 1_000_000_000 - nanoseconds);
    }

    public static byte[] Format(FileTime time)
    {
        long seconds = time.Seconds;
        uint nanoseconds = time.Nanoseconds;
        string sign = "";
        if (seconds < 0)
        {
            sign = "-";
            if (nanoseconds > 0)
            {
                seconds++;
                nanoseconds = 1_000_000_000 - nanoseconds;
            }
            seconds = -seconds;
        }
        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return Encoding.ASCII.GetBytes($"{sign}{seconds.ToString(CultureInfo.InvariantCulture)}{fraction}");
    }
}
