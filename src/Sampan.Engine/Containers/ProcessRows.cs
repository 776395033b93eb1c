using System.Globalization;

namespace Sampan.Engine;

/// <summary>What ps(1) prints, cut into cells.</summary>
internal static class ProcessRows
{
    /// <summary>A column may not be renamed to PID: another's number would be taken for a process's.</summary>
    public static void CheckOptions(IEnumerable<string> words)
    {
        foreach (string word in words)
        {
            int equals = word.IndexOf('=');
            if (equals > 0 && word.AsSpan(equals + 1).TrimStart().StartsWith("PID"))
                throw new SampanException(ErrorKind.InvalidArgument, $"specifying \"{word}\" is not allowed: no other column may be called PID");
        }
    }

    /// <summary>The rows of those processes; after one of them also those of its threads, which have no number of their own.</summary>
    public static ProcessTable Pick(string text, ICollection<int> pids)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] titles = lines.Length == 0 ? [] : Fields(lines[0]);
        int at = Array.IndexOf(titles, "PID");
        if (at < 0)
            throw new SampanException(ErrorKind.InvalidArgument, "couldn't find PID field in ps output: the options must leave the column PID in");
        var rows = new List<string[]>();
        bool ours = false;
        foreach (string line in lines.Skip(1))
        {
            string[] fields = Fields(line);
            if (fields.Length <= at)
                continue;
            if (fields[at] != "-")
                ours = int.TryParse(fields[at], NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pids.Contains(pid);
            if (ours)
                rows.Add(Cells(fields, titles.Length));
        }
        return new ProcessTable(titles, rows);
    }

    private static string[] Fields(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The last column, a command, may hold blanks.</summary>
    private static string[] Cells(string[] fields, int count)
        => fields.Length <= count ? fields : [.. fields[..(count - 1)], string.Join(' ', fields[(count - 1)..])];
}
