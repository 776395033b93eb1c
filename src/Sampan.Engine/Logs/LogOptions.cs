using System.Globalization;

using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary><c>--log-driver</c> and <c>--log-opt</c>, understood.</summary>
internal sealed class LogOptions
{
    /// <summary>Without a number of its own, as Docker has it.</summary>
    private const int LocalFiles = 5;

    public LogDriver Driver { get; private init; }

    /// <summary>Bytes; 0: no limit.</summary>
    public long MaxSize { get; private init; }

    public int MaxFiles { get; private init; } = 1;

    /// <summary>A template of names, see <see cref="LogTag"/>; null: none was asked for.</summary>
    public string? Tag { get; private init; }

    /// <summary>Labels of the container and variables of its environment that go into each record.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    public IReadOnlyList<string> Env { get; private init; } = [];

    /// <summary>The file's name in the container's directory; null where there is none.</summary>
    public string? FileName => Driver switch { LogDriver.Local => "container.log", LogDriver.JsonFile => "container-json.log", _ => null };

    /// <exception cref="SampanException">No such driver, no such option of its, or a value that makes no sense.</exception>
    public static LogOptions Of(HostConfig host)
    {
        if (host.LogConfig is not { } setting)
            return new LogOptions();
        var driver = LogChoice.ParseDriver(setting.Type ?? "local");
        long size = 0;
        int files = driver == LogDriver.Local ? LocalFiles : 1;
        string? tag = null;
        string[] labels = [], env = [];
        foreach (var (name, value) in setting.Config ?? [])
        {
            bool isFile = driver is LogDriver.Local or LogDriver.JsonFile;
            switch (name)
            {
                case "max-size" when isFile: size = Size(value); break;
                case "max-file" when isFile: files = Files(value); break;
                case "compress" when isFile && value == "false": break;
                case "compress" when isFile: throw new SampanException(ErrorKind.Unsupported, $"log opt compress={value}: files that were turned over are not compressed: leave it out");
                case "mode" when value == "blocking": break;
                case "mode": throw new SampanException(ErrorKind.Unsupported, $"log opt mode={value}: want blocking");
                case "tag" when driver != LogDriver.None: tag = LogTag.Check(value); break;
                case "labels" when driver != LogDriver.None: labels = Names(value); break;
                case "env" when driver != LogDriver.None: env = Names(value); break;
                default: throw new SampanException(ErrorKind.InvalidArgument, $"unknown log opt '{name}' for {LogChoice.NameOf(driver)} log driver");
            }
        }
        return new LogOptions { Driver = driver, MaxSize = size, MaxFiles = files, Tag = tag, Labels = labels, Env = env };
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Files(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int files) && files >= 1 ? files : throw Invalid("max-file", text, "want a number of files, at least 1");

    /// <summary>As Docker's: a number and a letter, powers of 1024.</summary>
    private static long Size(string text)
    {
        if (text == "-1")
            return 0;
        string number = text.TrimEnd('b', 'B', 'i');
        int power = number.Length == 0 ? 0 : "kmgt".IndexOf(char.ToLowerInvariant(number[^1])) + 1;
        if (power > 0)
            number = number[..^1];
        return long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long size) && size > 0 && size <= long.MaxValue >> (10 * power)
            ? size << (10 * power)
            : throw Invalid("max-size", text, "want a size such as 10m, or -1 for no limit");
    }

    private static SampanException Invalid(string name, string value, string why) => new(ErrorKind.InvalidArgument, $"invalid log opt {name}={value}: {why}");
}
