using System.Globalization;
using System.Text;
using CsCheck;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Runtime.Tests.Monitoring;

public sealed class CriLogTests : IDisposable
{
    private const string Time = "2001-09-09T01:46:40.000000005Z";
    private static readonly timespec Moment = new() { tv_sec = 1_000_000_000, tv_nsec = 5 };

    private readonly string _path = Path.GetTempFileName();
    private readonly FileFd _file;
    private readonly CriLog _log;

    public CriLogTests()
    {
        _file = Open.File(_path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
        _log = new CriLog(new LogFile(_file.Number));
    }

    [Fact]
    public void A_line_is_a_record()
    {
        _log.Write(false, "one\ntwo\n"u8, Moment);
        _log.Write(true, "oops\n"u8, Moment);
        Assert.Equal($"{Time} stdout F one\n{Time} stdout F two\n{Time} stderr F oops\n", File.ReadAllText(_path));
    }

    [Fact]
    public void A_line_without_its_end_is_partial()
    {
        _log.Write(false, "$ "u8, Moment);
        _log.Write(false, "ls\r\n\n"u8, Moment);
        Assert.Equal($"{Time} stdout P $ \n{Time} stdout F ls\r\n{Time} stdout F \n", File.ReadAllText(_path));
    }

    [Fact]
    public void Whatever_is_written_can_be_had_back()
    {
        var chunk = Gen.OneOf(
            Gen.Byte.Array[1, 200],
            Gen.Bool.Select(b => b ? (byte)'\n' : (byte)'a').Array[1, 300],
            Gen.Int[60_000, 200_000].Select(n => new string('x', n)).Select(Encoding.ASCII.GetBytes));
        Gen.Select(chunk, Gen.Bool).List[0, 8].Sample(chunks =>
        {
            File.WriteAllText(_path, "");
            foreach (var (bytes, error) in chunks)
                _log.Write(error, bytes, Moment);
            foreach (bool error in new[] { false, true })
                Assert.Equal(chunks.Where(c => c.Item2 == error).SelectMany(c => c.Item1).ToArray(), Content(error ? "stderr" : "stdout"));
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_full_disk_loses_output_and_says_so_and_later_output_is_kept()
    {
        using var full = Open.File("/dev/full", OpenFlags.O_WRONLY);
        var log = new CriLog(new LogFile(full.Number));
        log.Write(false, "lost\n"u8, Moment);
        Assert.Equal(Errno.ENOSPC, log.Failure);
        // The same fd, which now has room.
        using var room = Open.File(_path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND);
        LinuxException.Check(Sys.Call(SyscallNumber.dup3, room.Number, full.Number, (nint)OpenFlags.O_CLOEXEC), "dup3");
        log.Write(false, "kept\n"u8, Moment);
        Assert.Equal($"\n{Time} stdout F kept\n", File.ReadAllText(_path));
    }

    [Fact]
    public void Files_are_turned_over_between_records_and_so_many_are_kept()
    {
        string path = $"{_path}.d/log";
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            var choice = new LogChoice { Path = path, MaxSize = 1000, MaxFiles = 3 };
            var log = ContainerLog.Open(choice)!;
            for (int i = 0; i < 100; i++)
                log.Write(false, Encoding.ASCII.GetBytes($"{i}:{new string('x', 97 - $"{i}".Length)}\n"), Moment);
            // Of one write, too.
            log.Write(false, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("y\n", 40))), Moment);
            Assert.Equal(["log", "log.1", "log.2"], Directory.GetFiles($"{_path}.d").Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (string file in Directory.GetFiles($"{_path}.d"))
            {
                Assert.InRange(new FileInfo(file).Length, 1, 1140);
                Assert.All(File.ReadLines(file), line => Assert.StartsWith(Time, line));
            }
            // Its size is known to who takes over.
            var next = ContainerLog.Of(choice, log.Fd)!;
            next.Write(false, Encoding.ASCII.GetBytes(new string('z', 1000) + "\n"), Moment);
            next.Write(false, "last\n"u8, Moment);
            Assert.Equal($"{Time} stdout F last\n", File.ReadAllText(path));
            Sys.Call(SyscallNumber.close, next.Fd);
        }
        finally
        {
            Directory.Delete($"{_path}.d", recursive: true);
        }
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        byte[] chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("a line of a log\n", 4000)));
        _log.Write(false, chunk, Moment);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            _log.Write(false, chunk, Moment);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(951782399, 999999999)]
    [InlineData(4107542400, 1)]
    public void Times_are_those_of_the_calendar(long seconds, long nanoseconds)
        => Assert.Equal(
            DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + $".{nanoseconds:D9}Z",
            Rfc3339.Format(new timespec { tv_sec = seconds, tv_nsec = nanoseconds }));

    // What a reader does: the records of one stream, joined.
    private byte[] Content(string stream)
    {
        byte[] log = File.ReadAllBytes(_path);
        var content = new List<byte>();
        for (int at = 0; at < log.Length;)
        {
            int end = Array.IndexOf(log, (byte)'\n', at);
            var record = log.AsSpan(at, end - at);
            if (Encoding.ASCII.GetString(record[31..37]) == stream)
            {
                content.AddRange(record[40..]);
                if (record[38] == 'F')
                    content.Add((byte)'\n');
            }
            at = end + 1;
        }
        return [.. content];
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}
