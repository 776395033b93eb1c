using System.Text;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>
/// The journal of events: a file that every command and every monitor appends to, a line an event, each by one write(2) with O_APPEND, so that lines of many writers
/// never mix. When it is long enough it becomes the previous one, which is replaced: what is kept is bounded.
/// </summary>
public static class EventJournal
{
    /// <summary>Bytes of one of the two files.</summary>
    public const int Limit = 1 << 20;

    /// <summary>Bytes; the labels of a container may be as long as they like, a line may not.</summary>
    public const int LongestLine = 64 << 10;

    public const string FileName = "events.jsonl", PreviousName = "events.1.jsonl";

    /// <summary>Adds <paramref name="record"/> to the journal in <paramref name="directory"/>.</summary>
    /// <remarks>Never fails: what happened has happened, and a full disk is no reason to say it has not. The event is lost then.</remarks>
    public static void Append(string directory, EventRecord record)
    {
        byte[] line = record.ToLine();
        if (line.Length > LongestLine)
        {
            record.Actor = new EventActor { ID = record.Actor!.ID };
            line = record.ToLine();
        }
        Append(directory, line);
    }

    /// <summary>The same about an actor that is only known as the text that <see cref="EventActor.Write"/> left, and that has attributes: nothing is parsed.</summary>
    public static void Append(string directory, string type, string action, string actor, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var text = new StringBuilder(actor, 0, Math.Max(0, actor.Length - 2), actor.Length + 128);
        foreach (var (name, value) in more)
        {
            text.Append(',');
            JsonString.Append(text, name);
            text.Append(':');
            JsonString.Append(text, value);
        }
        Append(directory, EventRecord.Line(type, action, text.Append("}}").ToString(), EventRecord.Clock()));
    }

    private static void Append(string directory, byte[] line)
    {
        string path = $"{directory}/{FileName}";
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CREAT, 0x180);
        if (fd < 0 || line.Length > LongestLine)
            return;
        using var file = new FileFd((int)fd);
        Sys.Write(file.Number, line);
        if (Sys.Fstat(file.Number, out var stat) == 0 && stat.stx_size > Limit)
            Rotate(directory, path, file, stat);
    }

    // One writer is enough: others that find the file too long go on, and the next line is in the new one.
    private static void Rotate(string directory, string path, FileFd file, in statx stat)
    {
        if (Sys.Flock(file.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB) < 0)
            return;
        if (Sys.Statx(At.AT_FDCWD, path, out var now) == 0 && now.stx_ino == stat.stx_ino)
            Sys.Renameat2(At.AT_FDCWD, path, At.AT_FDCWD, $"{directory}/{PreviousName}");
    }
}
