namespace Sampan.Linux;

/// <summary>A request that the kernel refused: what was asked, the errno, and the kernel's own words where it has any.</summary>
public sealed class NetlinkException(Errno errno, string request, string explanation)
    : SampanException(LinuxException.KindOf(errno), $"{request}: {errno.Describe()}{(explanation.Length > 0 ? $" ({explanation})" : "")}")
{
    public Errno Errno { get; } = errno;

    /// <summary>Of the extended acknowledgement; may be empty.</summary>
    public string Explanation { get; } = explanation;
}
