using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>What is seen of a transfer while it goes on.</summary>
public sealed class ProgressTests : RootTest
{
    private static readonly byte[] s_big = new TestTar().File("big", new byte[900_000]).ToArray(), s_small = new TestTar().File("small", "x").ToArray();
    private readonly FakeRegistry _registry = new();
    private readonly ManualResetEventSlim _goesOn = new();

    protected override void CleanUp()
    {
        _goesOn.Set();
        _registry.Dispose();
    }

    [Fact]
    public void On_a_terminal_each_layer_has_a_line_with_a_bar()
    {
        string path = $"/v2/app/blobs/{FakeRegistry.DigestOf(s_big)}";
        string big = FakeRegistry.DigestOf(s_big).Substring(7, 12), small = FakeRegistry.DigestOf(s_small).Substring(7, 12);
        _registry.Image("1", s_small, s_big);
        _registry.Misbehave = r =>
        {
            if (r.Path != path || r.Before == 0)
                return r.Path == path ? _registry.Behave(r) with { CutAfter = 450_000 } : null;
            _goesOn.Wait(Child.Limit);
            return null;
        };
        Child pull = NewSampan().StartOnTerminal("pull", $"{_registry.Name}/app:1");
        pull.WaitFor($"{big}: Downloading [=========>           ]    450kB/");
        pull.WaitFor($"{small}: Pull complete");
        _goesOn.Set();
        pull.WaitFor($"{big}: Pull complete");
        pull.Finish().Succeeds();
        // Both lines are drawn over, the lower layer's first, and the rest follows below them.
        Assert.Contains("\x1b[2A\r", pull.Output);
        string last = pull.Output[pull.Output.LastIndexOf("\x1b[2A\r", StringComparison.Ordinal)..];
        Assert.StartsWith($"\x1b[2A\r{small}: Pull complete\x1b[K\r\n{big}: Pull complete\x1b[K\r\nDigest: ", last, StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_there_is_a_line_for_each_thing_that_happens_and_none_when_quiet()
    {
        _registry.Image("1", s_small);
        string small = FakeRegistry.DigestOf(s_small).Substring(7, 12);
        Cli sampan = NewSampan();
        Assert.Equal(["Pulling fs layer", "Verifying Checksum", "Download complete", "Pull complete"],
            sampan.Run("pull", $"{_registry.Name}/app:1").Succeeds().Lines.Where(l => l.StartsWith(small, StringComparison.Ordinal)).Select(static l => l.Split(": ")[1]));
        Assert.Equal($"{_registry.Name}/app:1", sampan.Run("pull", "--quiet", $"{_registry.Name}/app:1").Succeeds().Line);
        Child quiet = sampan.StartOnTerminal("pull", "-q", $"{_registry.Name}/app:1");
        Assert.Equal($"{_registry.Name}/app:1\r\n", quiet.Finish().Succeeds().Stdout);
    }
}
