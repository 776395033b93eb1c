using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Runtime.Tests.Monitoring;

/// <summary>What the monitor and its clients write to each other, and to exit.json.</summary>
public sealed class MessageTests : IDisposable
{
    private const string Awkward = "exec: \"a\\b\"\n\u0001é\ud83d\ude00: no such file";

    private readonly string _bundle = Directory.CreateTempSubdirectory().FullName;

    [Fact]
    public void A_start_is_told() => Assert.Equal(4711, Tell(ReadyMessage.Started(4711)));

    [Theory]
    [InlineData(ErrorKind.CommandNotFound)]
    [InlineData(ErrorKind.System)]
    public void A_failure_is_told_as_it_was_thrown(ErrorKind kind)
    {
        var thrown = Assert.Throws<SampanException>(() => Tell(ReadyMessage.Failed(kind, Awkward)));
        Assert.Equal((kind, "exec: \"a\\b\"\\n\\u0001é\ud83d\ude00: no such file"), (thrown.Kind, thrown.Message));     // on one line
    }

    [Fact]
    public void A_long_failure_arrives_whole()
    {
        string message = new('m', 20_000);
        Assert.Equal(message, Assert.Throws<SampanException>(() => Tell(ReadyMessage.Failed(ErrorKind.System, message))).Message);
    }

    [Fact]
    public void A_monitor_that_dies_silently_is_noticed()
        => Assert.Contains("died", Assert.Throws<SampanException>(() => Tell([])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_exit_is_read_as_it_was_recorded()
    {
        var written = new ExitRecord { ExitCode = 137, Signal = 9, OomKilled = true, StartedAt = "2001-09-09T01:46:40.000000005Z", FinishedAt = "x", Error = Awkward };
        written.Write(_bundle, durable: true);
        var read = ExitRecord.Read(_bundle)!;
        Assert.Equal(written.Status, read.Status);
        Assert.Equal((written.StartedAt, written.FinishedAt, Awkward), (read.StartedAt, read.FinishedAt, read.Error));
        Assert.Equal(["exit.json"], Directory.GetFiles(_bundle).Select(Path.GetFileName));
    }

    [Fact]
    public void No_exit_record_is_no_error() => Assert.Null(ExitRecord.Read(_bundle));

    [Fact]
    public void An_exit_frame_comes_through()
    {
        var exit = new ExitStatus(139, 11, true);
        Span<byte> frame = stackalloc byte[32];
        int length = Frame.WriteExit(frame, exit);
        Assert.True(Frame.TryReadHead(frame, out var type, out int payload));
        Assert.Equal((FrameType.Exit, length - Frame.HeadSize), (type, payload));
        Assert.Equal(exit, Frame.ReadExit(frame[Frame.HeadSize..]));
    }

    [Fact]
    public void A_frame_that_is_too_long_is_none()
    {
        Assert.True(Frame.TryReadHead([2, 0, 0, 0x10, 0], out _, out _));
        Assert.False(Frame.TryReadHead([2, 1, 0, 0x10, 0], out _, out _));
        Assert.False(Frame.TryReadHead([2, 255, 255, 255, 255], out _, out _));
    }

    private static int Tell(byte[] message)
    {
        var (reader, writer) = Pipe.Create();
        using (reader)
        {
            var telling = Task.Run(() =>
            {
                using (writer)
                    Sys.WriteAll(writer.Number, message);
            });
            try
            {
                return ReadyMessage.Await(reader.Number);
            }
            finally
            {
                telling.Wait();
            }
        }
    }

    public void Dispose() => Directory.Delete(_bundle, recursive: true);
}
