using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Files with one <c>NAME=value</c> or <c>NAME</c> a line, as <c>--env-file</c> and <c>--label-file</c> take them; empty lines and those that begin with # say nothing.</summary>
internal static class LineFile
{
    /// <exception cref="FlagException">A line without a name, or with a blank in it.</exception>
    public static IEnumerable<string> Entries(string path, HostView host)
    {
        foreach (string raw in host.Text(path).TrimStart('\uFEFF').Split('\n'))
        {
            string line = raw.TrimStart(' ', '\t').TrimEnd('\r');
            if (line.Length == 0 || line[0] == '#')
                continue;
            int equals = line.IndexOf('=');
            string name = equals < 0 ? line : line[..equals];
            if (name.Length == 0)
                throw new FlagException($"invalid file ({path}): no name on line '{line}'");
            if (name.AsSpan().ContainsAny(' ', '\t'))
                throw new FlagException($"invalid file ({path}): name '{name}' contains whitespaces");
            yield return line;
        }
    }
}
