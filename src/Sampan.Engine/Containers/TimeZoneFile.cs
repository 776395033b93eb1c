using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>The container's own /etc/localtime, in its directory: a copy of a file of the host's tz database. <see href="https://man7.org/linux/man-pages/man5/tzfile.5.html">tzfile(5)</see>.</summary>
internal static class TimeZoneFile
{
    public const string Name = "localtime";

    private const string Database = "/usr/share/zoneinfo";

    /// <summary>Bytes; the longest of the database has a few thousand.</summary>
    private const int Limit = 1 << 20;

    /// <param name="zone"><c>local</c>: the host's.</param>
    /// <exception cref="SampanException">The host has no such time zone.</exception>
    public static void Write(string bundle, string zone, uint owner)
    {
        string source = zone == "local" ? "/etc/localtime" : $"{Database}/{zone}";
        if (zone.StartsWith('/') || zone.Split('/').Contains(".."))
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid --tz {zone}: want local, or a name such as Europe/Lisbon");
        if (SmallFile.BytesIfExists(source, Limit) is not { } bytes || !bytes.Span.StartsWith("TZif"u8))
            throw new SampanException(ErrorKind.InvalidArgument, $"--tz {zone}: the host has no such time zone: {source} is not there, or something else");
        NetworkFiles.Put($"{bundle}/{Name}", bytes.Span, owner);
    }
}
