using System.Globalization;

namespace Sampan.Cgroups;

/// <summary>A list such as <c>0-2,7</c> as the bits that systemd takes for AllowedCPUs= and AllowedMemoryNodes=: the first CPU is the lowest bit of the first byte.</summary>
public static class CpuSetBits
{
    /// <summary>More than any kernel is built for; a greater number is a slip, and would ask for gigabytes.</summary>
    private const int Most = 65536;

    /// <exception cref="SampanException">It is not such a list.</exception>
    public static byte[] Of(string list, string field)
    {
        var bits = new List<byte>();
        foreach (string part in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-', 2);
            if (!Number(ends[0], out int first) || !Number(ends[^1], out int last) || first > last)
                throw new SampanException(ErrorKind.InvalidArgument, $"{field}: \"{list}\" is not a list such as 0-2,7");
            while (bits.Count <= last / 8)
                bits.Add(0);
            for (int i = first; i <= last; i++)
                bits[i / 8] |= (byte)(1 << i % 8);
        }
        return [.. bits];
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < Most;
}
