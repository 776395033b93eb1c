using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What of a container's log is wanted.</summary>
public sealed class LogRequest
{
    /// <summary>Goes on until the container ends, and is not started again by its restart policy.</summary>
    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>Before each line stand the labels and variables that the log's options name.</summary>
    public bool Details { get; init; }

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
    /// <summary>Milliseconds between two looks whether a container that waits for its restart has been started again.</summary>
    private const int RestartLook = 100;

    /// <summary>Hands out the log line by line.</summary>
    /// <param name="write">Takes a piece of output: whether it is of standard error, and its bytes with the newline when it had one.</param>
    /// <param name="pause">Called when all there is was handed out, before more is waited for.</param>
    /// <exception cref="SampanException">Unsupported: the log's driver keeps nothing that could be read.</exception>
    public void Logs(ContainerRecord record, LogRequest request, LogPiece write, Action pause)
    {
        var options = LogOptions.Of(record.HostConfig!);
        string details = request.Details ? DetailsOf(record, options) : "";
        if (options.Driver == LogDriver.Journald)
        {
            LogsOfJournal(record, request, write, pause, details);
            return;
        }
        if (options.FileName is not { } name)
            throw new SampanException(ErrorKind.Unsupported, $"configured logging driver does not support reading: {LogChoice.NameOf(options.Driver)}");
        string path = $"{Places.Container(record.Id!)}/{name}";
        LogFormat format = options.Driver == LogDriver.JsonFile ? new JsonFileFormat() : new CriFormat();
        // Held from before the first read: what ends after it is noticed.
        using var process = request.Follow ? LiveProcess.Find(Places, record.Id!) : null;
        bool follows = request.Follow && (process is not null || StatusOf(record).IsRunning);
        using var files = LogFiles.Open(path);
        var reader = new LogReader(format, request, write, details);
        FileFd? last = null;
        var (first, position) = request.Tail is { } wanted ? new LogTail(files.All, format, wanted).Find() : default;
        for (int i = first; i < files.All.Count; i++)
        {
            reader.Open(last = files.All[i], path, i == first ? position : 0);
            reader.Read();
        }
        if (follows)
            Follow(record, files, last, path, process, reader, pause);
    }

    private void Follow(ContainerRecord record, LogFiles files, FileFd? last, string path, LiveProcess? process, LogReader reader, Action pause)
    {
        bool goesOn = true;
        var first = process;
        while (goesOn)
        {
            // The watch comes before the look: what is turned over in between shows by the file's inode, what is written by the next read.
            using var changes = new FileWatch(path);
            if (last is not null)
                reader.Read();
            if (files.After(last) is { } next)
            {
                // All that will ever be in the old file is there, and has just been read.
                reader.Open(last = next, path);
                continue;
            }
            pause();
            if (process is not null)
                changes.Wait(process.Number);
            else
                changes.Wait(-1, RestartLook);
            if (process is not null && !process.Wait(0))
                continue;
            if (process != first)
                process?.Dispose();
            (process, goesOn) = Successor(record);
        }
        do
        {
            if (last is not null)
                reader.Read();
            if ((last = files.After(last)) is not null)
                reader.Open(last, path);
        }
        while (last is not null);
    }

    /// <summary>The process of the next run, when there is to be one.</summary>
    private (LiveProcess? Process, bool GoesOn) Successor(ContainerRecord record)
    {
        if (Restarts(record) && StatusOf(record).IsRunning)
            return (LiveProcess.Find(Places, record.Id!), true);
        AwaitMonitor(record);
        return (null, false);
    }

    private static string DetailsOf(ContainerRecord record, LogOptions options)
        => string.Join(',', LogAttributes.Of(record, options).Select(static detail => $"{detail.Key}={detail.Value}")) + " ";
}

/// <param name="standardError">Of the container's.</param>
public delegate void LogPiece(bool standardError, ReadOnlySpan<byte> bytes);
