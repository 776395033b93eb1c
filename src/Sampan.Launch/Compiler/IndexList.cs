using System.Globalization;

namespace Sampan.Launch;

/// <summary>Lists of CPUs and of memory nodes as cpuset(7) has them, <c>0-3,7</c>, to the bit masks that system calls take.</summary>
internal static class IndexList
{
    /// <param name="text">Numbers and ranges, separated by commas; blanks around them do not matter.</param>
    /// <param name="count">Numbers there can be; a mask is this many bits.</param>
    /// <param name="field">For errors.</param>
    /// <returns>A mask in little-endian order.</returns>
    /// <exception cref="SampanException">Not such a list, or a number past <paramref name="count"/>.</exception>
    public static byte[] Parse(string text, int count, string field)
    {
        byte[] mask = new byte[count / 8];
        foreach (string part in text.Split(','))
        {
            int dash = part.IndexOf('-');
            if (!Number(dash < 0 ? part : part[..dash], out int first) || !Number(dash < 0 ? part : part[(dash + 1)..], out int last) || last < first)
                throw Compilation.Invalid(field, $"\"{text}\" is no list of numbers and ranges such as 0-3,7");
            if (last >= count)
                throw Compilation.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"\"{text}\": {last} is more than {count - 1}, the highest number"));
            for (int i = first; i <= last; i++)
                mask[i / 8] |= (byte)(1 << i % 8);
        }
        return mask;
    }

    private static bool Number(string text, out int number) => int.TryParse(text.AsSpan().Trim(' '), NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
