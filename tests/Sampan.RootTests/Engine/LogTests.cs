using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>Log drivers, and <c>logs</c>.</summary>
public sealed class LogTests : RootTest
{
    private const string Talk = "echo one; echo two >&2; printf 'three'";

    [Theory]
    [InlineData("local")]
    [InlineData("json-file")]
    [InlineData("k8s-file")]
    public void What_a_driver_keeps_is_read_back(string driver)
    {
        string id = Sampan.RunDetached("--log-driver", driver, "busybox", "sh", "-c", Talk);
        Sampan.WaitForStatus(id, "exited");
        CommandResult logs = Sampan.Run("logs", id).Succeeds();
        Assert.Equal("one\nthree", logs.Stdout);
        Assert.Equal("two\n", logs.Stderr);
        Assert.Equal("three", Sampan.Run("logs", "--tail", "1", id).Stdout);
        Assert.Matches("^2.{29} one\n2.{29} three$", Sampan.Run("logs", "-t", id).Stdout);
        Assert.Equal(driver, Sampan.Inspect(id, "HostConfig.LogConfig.Type"));
        Assert.True(File.Exists(Sampan.Inspect(id, "LogPath")));
    }

    [Fact]
    public void Json_file_is_Dockers()
    {
        string id = Sampan.RunDetached("--log-driver", "json-file", "--label", "role=db", "-e", "MODE=x", "--log-opt", "labels=role", "--log-opt", "env=MODE", "--log-opt", "tag={{.Name}}!", "--name", "talker", "busybox", "sh", "-c", Talk);
        Sampan.WaitForStatus(id, "exited");
        string[] lines = File.ReadAllLines(Sampan.Inspect(id, "LogPath"));
        Assert.Equal(3, lines.Length);
        using var first = JsonDocument.Parse(lines.Single(l => l.Contains("one", StringComparison.Ordinal)));
        Assert.Equal(["log", "stream", "attrs", "time"], first.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal("one\n", first.RootElement.GetProperty("log").GetString());
        Assert.Equal("db", first.RootElement.GetProperty("attrs").GetProperty("role").GetString());
        Assert.Equal("MODE=x,role=db,tag=talker! one\nMODE=x,role=db,tag=talker! three", Sampan.Run("logs", "--details", id).Stdout);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("json-file")]
    public void Files_are_turned_over_and_the_rest_is_read_back(string driver)
    {
        string id = Sampan.RunDetached("--log-driver", driver, "--log-opt", "max-size=20k", "--log-opt", "max-file=3", "busybox", "sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done");
        Sampan.WaitForStatus(id, "exited");
        string path = Sampan.Inspect(id, "LogPath");
        Assert.Equal([$"{path}", $"{path}.1", $"{path}.2"], Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*").Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "*"), f => Assert.InRange(new FileInfo(f).Length, 1, 21_000));
        string[] lines = Sampan.Run("logs", id).Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(3000 - lines.Length, lines.Length).Select(i => $"line {i}"), lines);
        Assert.True(lines.Length > 500);
        Assert.Equal(Enumerable.Range(2400, 600).Select(i => $"line {i}"), Sampan.Run("logs", "--tail", "600", id).Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Following_loses_nothing_when_files_are_turned_over()
    {
        string id = Sampan.RunDetached("--log-opt", "max-size=100k", "--log-opt", "max-file=50", "busybox", "sh", "-c", "read -t 1 x; i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
        CommandResult logs = Sampan.Run("logs", "-f", id).Succeeds();
        Assert.Equal(Enumerable.Range(0, 20000).Select(i => $"line {i}"), logs.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Following_goes_on_through_restarts()
    {
        string id = Sampan.RunDetached("--restart", "on-failure:3", "busybox", "sh", "-c", "echo run; exit 1");
        Assert.Equal("run\nrun\nrun\nrun\n", Sampan.Run("logs", "-f", id).Succeeds().Stdout);
    }

    [Fact]
    public void None_keeps_nothing()
    {
        CommandResult run = Sampan.Run("run", "--name", "mute", "--log-driver", "none", "busybox", "sh", "-c", Talk).Succeeds();
        Assert.Equal("one\nthree", run.Stdout);
        Sampan.Run("logs", "mute").FailsWith(1, "does not support reading");
        Assert.Equal("", Sampan.Inspect("mute", "LogPath"));
        Assert.DoesNotContain(Directory.GetFiles(Sampan.Store.ContainerDirectory(Sampan.Inspect("mute", "Id"))), f => f.Contains("log", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--log-driver", "nonsense", "nonsense")]
    [InlineData("--log-opt", "nonsense=1", "nonsense")]
    [InlineData("--log-opt", "max-size=x", "max-size")]
    [InlineData("--log-opt", "bare", "bare")]
    public void What_makes_no_sense_is_said_and_nothing_is_made(string flag, string value, string named)
    {
        Sampan.Run("run", flag, value, "busybox", "true").ExitsWith(125).SaysOneLine(named);
        Assert.Equal("", Sampan.Run("ps", "-aq").Stdout);
    }

    /// <summary>On a host without systemd, the test listens where the journal would; with one, it asks the journal.</summary>
    [Fact]
    public void Journald_gets_every_line_as_an_entry()
    {
        const string socket = "/run/systemd/journal/socket";
        const string script = "echo one; echo two >&2; head -c 20000 /dev/zero | tr '\\0' x; echo";
        if (File.Exists(socket))
        {
            Machine.RequirePrograms("journalctl");
            string kept = Sampan.RunDetached("--log-driver", "journald", "busybox", "sh", "-c", script);
            Sampan.WaitForStatus(kept, "exited");
            Assert.True(SpinWait.SpinUntil(() => Host("journalctl", "-o", "cat", $"CONTAINER_ID_FULL={kept}").Stdout.StartsWith("one\ntwo\n", StringComparison.Ordinal), Child.Limit));
            return;
        }
        string[] made = [.. new[] { "/run/systemd", "/run/systemd/journal" }.Where(d => !Directory.Exists(d))];
        Directory.CreateDirectory("/run/systemd/journal");
        try
        {
            using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            journal.ReceiveTimeout = (int)Child.Limit.TotalMilliseconds;
            journal.Bind(new UnixDomainSocketEndPoint(socket));
            string id = Sampan.RunDetached("--name", "talker", "--log-driver", "journald", "--log-opt", "tag={{.Name}}", "busybox", "sh", "-c", script);
            var entries = new List<Dictionary<string, string>>();
            byte[] buffer = new byte[64 << 10];
            while (entries.Count < 4)
                entries.Add(Fields(buffer.AsSpan(0, journal.Receive(buffer))));
            Assert.All(entries, e => Assert.Equal((id, id[..12], "talker", "talker", "busybox"), (e["CONTAINER_ID_FULL"], e["CONTAINER_ID"], e["CONTAINER_NAME"], e["SYSLOG_IDENTIFIER"], e["IMAGE_NAME"])));
            Assert.Equal([("one", "6", false)], Of("one"));
            Assert.Equal([("two", "3", false)], Of("two"));
            Assert.Equal([(new string('x', 16384), "6", true), (new string('x', 20000 - 16384), "6", false)], Of("x"));
            IEnumerable<(string, string, bool)> Of(string start) => entries.Where(e => e["MESSAGE"].StartsWith(start, StringComparison.Ordinal)).Select(e => (e["MESSAGE"], e["PRIORITY"], e.ContainsKey("CONTAINER_PARTIAL_MESSAGE")));
        }
        finally
        {
            File.Delete(socket);
            foreach (string directory in made.Reverse())
                Directory.Delete(directory);
        }
    }

    /// <summary>journalctl itself needs a journal: here a program of its name answers in its format.</summary>
    [Fact]
    public void The_journal_is_read_back()
    {
        Machine.RequireNoJournal();
        string id = Sampan.Run("create", "--log-driver", "journald", "--label", "role=db", "--log-opt", "labels=role", "busybox", "true").Succeeds().Line;
        string program = InWork("bin/journalctl"), answer = InWork("answer");
        File.WriteAllText(program, $"#!/bin/sh\necho \"$@\" >{InWork("asked")}\ncat {answer}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        using (var stream = File.Create(answer))
        {
            Entry("one", 6, false);
            Entry("oops", 3, false);
            Entry("two\u0001\n=", 6, true);
            Entry("three", 6, false);
            void Entry(string message, int priority, bool partial)
            {
                byte[] text = Encoding.UTF8.GetBytes(message);
                stream.Write(Encoding.UTF8.GetBytes($"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1767323045000007\nPRIORITY={priority}\n{(partial ? "CONTAINER_PARTIAL_MESSAGE=true\n" : "")}MESSAGE\n"));
                stream.Write(BitConverter.GetBytes((long)text.Length));
                stream.Write(text);
                stream.Write("\nCONTAINER_NAME=x\n\n"u8);
            }
        }
        Sampan.Environment["PATH"] = $"{InWork("bin")}:/usr/bin:/bin";
        CommandResult logs = Sampan.Run("logs", id).Succeeds();
        Assert.Equal(("one\ntwo\u0001\n=three\n", "oops\n"), (logs.Stdout, logs.Stderr));
        Assert.Contains($"CONTAINER_ID_FULL={id}", File.ReadAllText(InWork("asked")), StringComparison.Ordinal);
        Assert.Equal("two\u0001\n=three\n", Sampan.Run("logs", "--tail", "1", id).Succeeds().Stdout);
        Assert.Equal("2026-01-02T03:04:05.000007000Z role=db one\n", Sampan.Run("logs", "-t", "--details", id).Succeeds().Stdout[..43]);
        Sampan.Run("logs", "--since", "2026-01-01T00:00:00Z", id).Succeeds();
        Assert.Contains("--since=@1767225600", File.ReadAllText(InWork("asked")), StringComparison.Ordinal);
        Sampan.Environment["PATH"] = InWork("empty");
        Sampan.Run("logs", id).FailsWith(1, "journalctl");
    }

    [Fact]
    public void Without_a_journal_nothing_is_started()
    {
        Machine.RequireNoJournal();
        Sampan.Run("run", "--rm", "--log-driver", "journald", "busybox", "true").FailsWith(125, "journal");
    }

    private static Dictionary<string, string> Fields(ReadOnlySpan<byte> entry)
    {
        var fields = new Dictionary<string, string>();
        while (entry.Length > 0)
        {
            int line = entry.IndexOf((byte)'\n'), equals = entry[..line].IndexOf((byte)'=');
            string name = Encoding.UTF8.GetString(entry[..(equals < 0 ? line : equals)]);
            var value = equals < 0 ? entry.Slice(line + 9, (int)BitConverter.ToInt64(entry[(line + 1)..])) : entry[(equals + 1)..line];
            fields.Add(name, Encoding.UTF8.GetString(value));
            entry = entry[(equals < 0 ? line + 10 + value.Length : line + 1)..];
        }
        return fields;
    }
}
