using System.Text;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`list`: every container below the root, as a table or as JSON.</summary>
internal static class ListVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, "format,f=", "quiet,q");
        // A root that was named is expected to be there; the default one comes with the first container.
        if (global.RootIsGiven)
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, global.Root, out _, flags: 0), "open", global.Root);
        var states = new ContainerRuntime(global.Root).List();
        if (arguments.Flag("quiet"))
        {
            foreach (var state in states)
                Output.Line(state.ID!);
            return 0;
        }
        switch (arguments.Value("format") ?? "table")
        {
            case "json":
                Output.Line(Encoding.UTF8.GetString(JsonWriting.WriteArray(states, indented: false)));
                return 0;
            case "table":
                Table(states);
                return 0;
            case var other:
                throw new UsageException($"invalid format option \"{other}\": want table or json");
        }
    }

    private static void Table(List<State> states)
    {
        string[][] rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"],
            .. states.Select(static s => new[] { s.ID!, $"{s.Pid}", s.Status!, s.Bundle!, s.Created ?? "", s.Owner ?? "" })];
        int[] widths = [.. Enumerable.Range(0, 6).Select(column => Math.Max(12, rows.Max(row => row[column].Length) + 3))];
        foreach (string[] row in rows)
            Output.Line(string.Concat(row.Select((cell, column) => column == 5 ? cell : cell.PadRight(widths[column]))).TrimEnd());
    }
}
