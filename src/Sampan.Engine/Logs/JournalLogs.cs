using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Reading a log that systemd keeps.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Milliseconds that the last lines of a container may take to come out of the journal.</summary>
    private const int JournalPatience = 500;

    private void LogsOfJournal(ContainerRecord record, LogRequest request, LogPiece write, Action pause, string details)
    {
        using var process = request.Follow ? LiveProcess.Find(Places, record.Id!) : null;
        // Of one that does not run there is nothing to wait for.
        if (process is null && request.Follow)
            request = new LogRequest { Timestamps = request.Timestamps, Details = request.Details, Tail = request.Tail, Since = request.Since, Until = request.Until };
        var (pid, output) = JournalReader.Start(record.Id!, request);
        using (output)
        {
            var reader = new JournalReader(request, write, details);
            try
            {
                while (Await(output, process, pause) && reader.Read(output))
                {
                }
                reader.Finish();
            }
            finally
            {
                // It would follow for ever.
                Sys.Kill(pid, Signal.SIGKILL);
                Sys.Waitid(Sys.P_PID, pid, out _, Sys.WEXITED);
            }
        }
    }

    /// <returns>False: the container has ended, and nothing more comes.</returns>
    private static bool Await(PipeFd output, LiveProcess? process, Action pause)
    {
        if (process is null)
            return true;
        Span<pollfd> polled = [new pollfd { fd = output.Number, events = PollEvents.POLLIN }, new pollfd { fd = process.Number, events = PollEvents.POLLIN }];
        if (LinuxException.Check(Sys.Poll(polled, 0), "poll", "journalctl") == 0)
            pause();
        LinuxException.Check(Sys.Poll(polled, -1), "poll", "journalctl");
        if (polled[0].revents != 0)
            return true;
        return Sys.Poll(polled[..1], JournalPatience) > 0;
    }
}
