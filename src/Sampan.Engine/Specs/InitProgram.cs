using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>
/// <c>--init</c>: the first process of the container is <c>sampan-init</c>, bound to where Docker has its own. The container gets a copy in its own
/// directory, read-only: whatever it may do to it, nobody else's first process is that file (CVE-2019-5736).
/// </summary>
internal static class InitProgram
{
    /// <summary>In the container.</summary>
    public const string Destination = "/sbin/docker-init";

    private const string FileName = "init";

    /// <summary>Bytes; the program is a tenth of that.</summary>
    private const int Most = 1 << 20;

    public static void Copy(Places places, string bundle)
    {
        string program = $"{places.Binaries}/sampan-init";
        var bytes = SmallFile.BytesIfExists(program, Most)
            ?? throw new SampanException(ErrorKind.NotFound, $"--init needs {program}, which is not there: install it beside sampan");
        DurableFile.Write($"{bundle}/{FileName}", bytes.Span, mode: 0x1ED, sync: false);
    }

    public static Mount MountOf(string bundle) => new() { Destination = Destination, Type = "bind", Source = $"{bundle}/{FileName}", Options = ["bind", "rprivate", "ro", "nosuid", "nodev"] };

    public static List<string> Before(List<string> command) => [Destination, "--", .. command];
}
