using System.Text;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>
/// Programs run for a client as children of the monitor: what they leave running (<c>exec --detach</c>) becomes the monitor's child in turn, and is reaped.
/// </summary>
internal sealed partial class MonitorLoop
{
    /// <summary>Bytes of its log that are told; a line is expected.</summary>
    private const int SpawnedErrorLimit = 4096;

    private readonly record struct Spawning(int Pid, int ClientFd, PipeFd Errors);

    private readonly List<Spawning> _spawning = [];

    private int _spawned => _spawning.Count;

    private void Spawn(int index, ReadOnlySpan<byte> arguments)
    {
        var client = _clients[index];
        if ((client.Flags & (AttachFlags.StdOut | AttachFlags.StdErr)) != 0)
        {
            Refuse(index, "only a control connection may ask for a program");
            return;
        }
        if (_exited)
        {
            Refuse(index, "the container is not running");
            return;
        }
        // Errors go to the pipe by way of the log: standard error belongs to what is left running.
        List<string> argv = ["sampan-runtime", "--log", "/proc/self/fd/3", "--log-format", "json"];
        while (arguments.Length > 0)
        {
            int end = arguments.IndexOf((byte)0);
            argv.Add(Encoding.UTF8.GetString(end < 0 ? arguments : arguments[..end]));
            arguments = end < 0 ? default : arguments[(end + 1)..];
        }
        try
        {
            var (reader, writer) = Pipe.Create();
            using (writer)
            {
                int pid = PosixSpawn.Start("/proc/self/exe", argv, new SpawnOptions { Fds = [-1, -1, -1, writer.Number] });
                _spawning.Add(new Spawning(pid, client.Fd, reader));
            }
        }
        catch (LinuxException e)
        {
            Refuse(index, e.Message);
        }
    }

    private void EndSpawned(child_siginfo child)
    {
        int at = _spawning.FindIndex(s => s.Pid == child.si_pid);
        if (at < 0)
            return;
        var ended = _spawning[at];
        _spawning.RemoveAt(at);
        byte[] frame = new byte[Frame.HeadSize + 4 + SpawnedErrorLimit];
        // Whatever else holds the other end: read what is there, not to the end.
        Sys.SetNonBlocking(ended.Errors.Number);
        int length = (int)Math.Max(0, Sys.Read(ended.Errors.Number, frame.AsSpan(Frame.HeadSize + 4)));
        ended.Errors.Dispose();
        Frame.WriteHead(frame, FrameType.Spawned, 4 + length);
        BitConverter.TryWriteBytes(frame.AsSpan(Frame.HeadSize), child.ExitCode);
        foreach (ref readonly var client in Clients)
        {
            // Only clients without output streams ask, so nothing of theirs is half sent; who does not take this is gone.
            if (client.Fd >= 0 && client.Fd == ended.ClientFd)
                Sys.Send(client.Fd, frame.AsSpan(0, Frame.HeadSize + 4 + length), Sys.MSG_DONTWAIT);
        }
    }
}
