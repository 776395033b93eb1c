using System.Text;

using Sampan.Linux;

namespace Sampan.Engine.Tests;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    private const string T1 = "2026-01-02T03:04:05.000000001Z", T2 = "2026-01-02T03:04:06.000000000Z", T3 = "2026-01-02T03:04:07.500000000Z";

    private static readonly string Log = $"{T1} stdout F one\n{T1} stderr F err\n{T2} stdout P par\n{T2} stdout F tial\n{T3} stdout F \n{T3} stdout P open";

    [Theory]
    [InlineData(null, "one\npartial\n\nopen", "err\n")]
    [InlineData(0L, "", "")]
    [InlineData(1L, "open", "")]
    [InlineData(2L, "\nopen", "")]
    [InlineData(3L, "partial\n\nopen", "")]
    [InlineData(4L, "partial\n\nopen", "err\n")]
    [InlineData(5L, "one\npartial\n\nopen", "err\n")]
    [InlineData(50L, "one\npartial\n\nopen", "err\n")]
    public void Tail(long? tail, string output, string error) => Assert.Equal((output, error), Read(Log + "\n", new LogRequest { Tail = tail }));

    [Fact]
    public void Times_stand_at_the_beginning_of_lines_only()
        => Assert.Equal(($"{T1} one\n{T2} partial\n{T3} \n{T3} open", $"{T1} err\n"), Read(Log + "\n", new LogRequest { Timestamps = true }));

    [Fact]
    public void Since_and_until()
    {
        Assert.Equal(("\nopen", ""), Read(Log + "\n", new LogRequest { Since = DateTimeOffset.Parse("2026-01-02T03:04:07Z") }));
        Assert.Equal(("one\n", "err\n"), Read(Log + "\n", new LogRequest { Until = DateTimeOffset.Parse("2026-01-02T03:04:06Z") }));
    }

    [Fact]
    public void A_record_that_is_not_finished_waits() => Assert.Equal(("one\npartial\n\n", "err\n"), Read(Log, new LogRequest()));

    [Fact]
    public void What_is_no_record_is_passed_over() => Assert.Equal(("a\n", ""), Read($"garbage\n\n\0\0\0\n{T1} stdout F a\n", new LogRequest()));

    [Fact]
    public void Lines_longer_than_the_buffer_come_whole()
    {
        string line = new('x', 200_000);
        Assert.Equal(($"{line}\n", ""), Read($"{T1} stdout F {line}\n", new LogRequest()));
        Assert.Equal(($"{line}\n", ""), Read($"{T1} stdout F a\n{T1} stdout F {line}\n", new LogRequest { Tail = 1 }));
    }

    private (string Out, string Err) Read(string log, LogRequest request)
    {
        File.WriteAllText(_path, log);
        using var file = Open.File(_path, OpenFlags.O_RDONLY);
        StringBuilder output = new(), error = new();
        var reader = new LogReader(file, _path, request, (isError, bytes) => (isError ? error : output).Append(Encoding.UTF8.GetString(bytes)));
        reader.SkipToTail();
        reader.Read();
        return (output.ToString(), error.ToString());
    }
}
