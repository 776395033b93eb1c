using System.Text;
using Sampan.Linux;

namespace Sampan.OciCli;

/// <summary>Standard output and error, by write(2): System.Console installs signal handlers, which a launcher must not have.</summary>
internal static class Output
{
    public static void Line(string text) => Sys.WriteAll(1, Encoding.UTF8.GetBytes(text + "\n"));

    public static void Error(string text) => Sys.WriteAll(2, Encoding.UTF8.GetBytes(text + "\n"));
}
