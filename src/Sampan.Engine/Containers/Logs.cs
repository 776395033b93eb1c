using System.Globalization;
using System.Text;

using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>What of a container's log is wanted.</summary>
public sealed class LogRequest
{
    /// <summary>Goes on until the container ends.</summary>
    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>Lines from the end; null: all.</summary>
    public long? Tail { get; init; }

    /// <summary>Lines not older than this.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Lines older than this.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Reading a container's log.</summary>
public sealed partial class ContainerEngine
{
    internal const string LogFile = "container.log";

    /// <summary>Hands out the log line by line.</summary>
    /// <param name="write">Takes a piece of output: whether it is of standard error, and its bytes with the newline when it had one.</param>
    /// <param name="pause">Called when all there is was handed out, before more is waited for.</param>
    public void Logs(ContainerRecord record, LogRequest request, LogPiece write, Action pause)
    {
        string path = $"{Places.Container(record.Id!)}/{LogFile}";
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT && !request.Follow)
            return;
        // Held from before the first read: what ends after it is noticed.
        using var process = request.Follow ? LiveProcess.Find(Places, record.Id!) : null;
        if (fd == -(nint)Errno.ENOENT)
            return;
        using var file = new FileFd((int)LinuxException.Check(fd, "open", path));
        var reader = new LogReader(file, path, request, write);
        reader.SkipToTail();
        reader.Read();
        if (process is not null)
        {
            using var changes = new FileWatch(path);
            // What was written between the read and the watch.
            reader.Read();
            do
            {
                pause();
                changes.Wait(process.Number);
                reader.Read();
            }
            while (!process.Wait(0));
            AwaitMonitor(record);
            reader.Read();
        }
        reader.Finish();
    }
}

/// <param name="standardError">Of the container's.</param>
public delegate void LogPiece(bool standardError, ReadOnlySpan<byte> bytes);
