using System.Globalization;
using System.Text.RegularExpressions;

namespace Sampan.RootTests.Conformance;

/// <summary>What the witness said: values by their keys, a key more than once where there are several. Witness/report.c names them.</summary>
internal sealed partial class Report
{
    private readonly Dictionary<string, List<string>> _values = [];

    private Report(string text) => _text = text;

    private readonly string _text;

    /// <exception cref="FormatException">It is not the whole of a report.</exception>
    public static Report Parse(string text)
    {
        var report = new Report(text);
        // A key may itself hold "=": those of attempts are whole arguments.
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = Attempt().IsMatch(line) ? line.IndexOf('=', line.IndexOf('=') + 1) : line.IndexOf('=');
            if (at < 0)
                throw new FormatException($"\"{line}\" is no line of a report: {text}");
            string key = line[..at];
            if (!report._values.TryGetValue(key, out var values))
                report._values[key] = values = [];
            values.Add(Escape().Replace(line[(at + 1)..], m => ((char)Convert.ToByte(m.Groups[1].Value, 16)).ToString()));
        }
        return report._values.ContainsKey("end") ? report : throw new FormatException($"the witness did not come to its end: {text}");
    }

    /// <summary>The one value of a key.</summary>
    public string this[string key]
    {
        get
        {
            Assert.True(_values.TryGetValue(key, out var values) && values.Count == 1, $"expected one {key} in\n{_text}");
            return values![0];
        }
    }

    /// <summary>All values of a key, none when it is not there.</summary>
    public IReadOnlyList<string> All(string key) => _values.TryGetValue(key, out var values) ? values : [];

    /// <summary>The keys with a beginning, without it, sorted.</summary>
    public string[] Keys(string prefix) => [.. _values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]).Order(StringComparer.Ordinal)];

    public long Number(string key) => long.Parse(this[key], CultureInfo.InvariantCulture);

    /// <summary>The mounts in the kernel's order.</summary>
    public IReadOnlyList<MountInfo> Mounts => [.. All("mount").Select(MountInfo.Parse)];

    /// <summary>The topmost mount at a place.</summary>
    public MountInfo Mount(string place)
    {
        MountInfo? found = Mounts.LastOrDefault(m => m.Place == place);
        Assert.True(found != null, $"nothing is mounted at {place} in\n{_text}");
        return found!;
    }

    public override string ToString() => _text;

    [GeneratedRegex(@"\\x([0-9a-f]{2})")]
    private static partial Regex Escape();

    [GeneratedRegex("^(read|stdin|write|put|create|mkdir|stat|list|chown|tmpfs|mknod|seize|call)=")]
    private static partial Regex Attempt();
}

/// <summary>A line of /proc/PID/mountinfo: proc_pid_mountinfo(5).</summary>
internal sealed record MountInfo(string Root, string Place, string[] Options, string[] Peers, string Type, string Source, string[] SuperOptions)
{
    public static MountInfo Parse(string line)
    {
        string[] fields = line.Split(' ');
        int dash = Array.IndexOf(fields, "-");
        return new MountInfo(fields[3], fields[4], fields[5].Split(','), fields[6..dash], fields[dash + 1], fields[dash + 2], fields[dash + 3].Split(','));
    }
}
