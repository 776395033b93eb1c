using System.Text;

using CsCheck;

using Sampan.Linux;
using Sampan.Runtime.Monitoring;

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

    [Fact]
    public void The_tail_goes_back_through_files_that_were_turned_over()
    {
        string all = $"{T1} stdout F a\n{T1} stdout P b\n\f{T2} stdout F c\n{T2} stdout F d\n\f{T3} stdout F e\n";
        Assert.Equal(("e\n", ""), ReadFiles(all, new LogRequest { Tail = 1 }));
        Assert.Equal(("d\ne\n", ""), ReadFiles(all, new LogRequest { Tail = 2 }));
        Assert.Equal(("bc\nd\ne\n", ""), ReadFiles(all, new LogRequest { Tail = 3 }));
        Assert.Equal(("a\nbc\nd\ne\n", ""), ReadFiles(all, new LogRequest { Tail = 4 }));
        Assert.Equal(("a\nbc\nd\ne\n", ""), ReadFiles(all, new LogRequest { Tail = 9 }));
        Assert.Equal(("", ""), ReadFiles(all, new LogRequest { Tail = 0 }));
        Assert.Equal(("a\nbc\nd\ne\n", ""), ReadFiles(all, new LogRequest()));
    }

    [Fact]
    public void Dockers_format()
    {
        string log = $$"""
            {"log":"one\n","stream":"stdout","time":"{{T1}}"}
            {"log":"oops \"\u003cq\u003e\" \\ \t\r\u0001 \u00e4\n","stream":"stderr","attrs":{"time":"x","k":"v"},"time":"{{T2}}"}
            {"log":"par","stream":"stdout","time":"{{T2}}"}
            {"log":"tial\n","stream":"stdout","time":"{{T3}}"}
            {"log":"torn
            {"log":"\n","stream":"stdout","time":"{{T3}}"}

            """;
        Assert.Equal(("one\npartial\n\n", "oops \"<q>\" \\ \t\r\u0001 ä\n"), ReadFiles(log, new LogRequest(), new JsonFileFormat()));
        Assert.Equal(($"{T1} one\n{T2} partial\n{T3} \n", $"{T2} oops \"<q>\" \\ \t\r\u0001 ä\n"), ReadFiles(log, new LogRequest { Timestamps = true }, new JsonFileFormat()));
        Assert.Equal(("partial\n\n", ""), ReadFiles(log, new LogRequest { Tail = 2 }, new JsonFileFormat()));
    }

    [Fact]
    public void What_json_file_writes_is_read_back()
    {
        var text = Gen.OneOf(Gen.String[Gen.Char['\0', '\u07ff'], 0, 40], Gen.String[Gen.Char['\n', '"'], 0, 40], Gen.Const("ä\U0001F6A2€\n"));
        Gen.Select(text, Gen.Bool, Gen.Int[1, 7]).List[0, 20].Sample(pieces =>
        {
            File.WriteAllText(_path, "");
            using var file = Open.File(_path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
            var log = new JsonFileLog(new LogFile(file.Number), "{\"a\":\"b\"}");
            foreach (var (piece, error, size) in pieces)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(piece);
                // In the middle of characters, too.
                for (int at = 0; at < bytes.Length; at += size)
                    log.Write(error, bytes.AsSpan(at, Math.Min(size, bytes.Length - at)), new timespec { tv_sec = 1_000_000_000 });
            }
            log.Settle();
            string Of(bool error) => string.Concat(pieces.Where(p => p.Item2 == error).Select(p => p.Item1));
            Assert.Equal((Of(false), Of(true)), ReadFiles(File.ReadAllText(_path), new LogRequest(), new JsonFileFormat()));
            foreach (string line in File.ReadLines(_path))
                using (var json = System.Text.Json.JsonDocument.Parse(line))
                    Assert.Equal("b", json.RootElement.GetProperty("attrs").GetProperty("a").GetString());
        }, iter: 300, threads: 1);
    }

    private (string Out, string Err) Read(string log, LogRequest request) => ReadFiles(log, request);

    /// <param name="logs">The files, oldest first, with a form feed between them.</param>
    private (string Out, string Err) ReadFiles(string logs, LogRequest request, LogFormat? format = null)
    {
        format ??= new CriFormat();
        string[] texts = logs.Split('\f');
        try
        {
            for (int i = 0; i < texts.Length; i++)
                File.WriteAllText(i == texts.Length - 1 ? _path : $"{_path}.{texts.Length - 1 - i}", texts[i]);
            using var files = LogFiles.Open(_path);
            Assert.Equal(texts.Length, files.All.Count);
            StringBuilder output = new(), error = new();
            var reader = new LogReader(format, request, (isError, bytes) => (isError ? error : output).Append(Encoding.UTF8.GetString(bytes)));
            var (first, position) = request.Tail is { } tail ? new LogTail(files.All, format, tail).Find() : default;
            for (int i = first; i < files.All.Count; i++)
            {
                reader.Open(files.All[i], _path, i == first ? position : 0);
                reader.Read();
            }
            return (output.ToString(), error.ToString());
        }
        finally
        {
            for (int i = 1; i < texts.Length; i++)
                File.Delete($"{_path}.{i}");
        }
    }
}
