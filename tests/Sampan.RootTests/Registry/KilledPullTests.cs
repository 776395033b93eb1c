using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>kill -9 in the middle of a pull and of a push: a whole image or none, and the next try goes on from there.</summary>
public sealed class KilledPullTests : RootTest
{
    private const int Files = 300;
    private readonly FakeRegistry _registry = new();
    private string Name => $"{_registry.Name}/app:1";

    protected override void CleanUp() => _registry.Dispose();

    [Fact]
    public void A_pull_killed_at_any_moment_leaves_a_clean_store()
    {
        var lower = new TestTar();
        for (int i = 0; i < Files; i++)
            lower.File($"f{i}", new string('x', 5000));
        _registry.Image("1", lower.ToArray(), new TestTar().File("last", "hello").ToArray());
        Cli sampan = NewSampan();
        sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        string before = sampan.Run("images", "-q", "--no-trunc", "busybox").Succeeds().Line;
        double whole = sampan.Run("pull", "-q", Name).Succeeds().Elapsed.TotalMilliseconds;
        sampan.Run("rmi", Name).Succeeds();
        var campaign = new Campaign(rounds: 12);
        int killed = 0;
        for (int round = 0; round < campaign.Rounds; round++)
        {
            Child pull = sampan.Start("pull", "-q", Name);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            double moment = campaign.Random.NextDouble() * whole;
            SpinWait.SpinUntil(() => clock.Elapsed.TotalMilliseconds >= moment);
            pull.Signal(9);
            if (pull.Finish().ExitCode == 137)
                killed++;
            if (sampan.Run("images", "-q", Name).Succeeds().Stdout.Length > 0)
                AssertWhole(sampan);
            sampan.Run("pull", "-q", Name).Succeeds();
            AssertWhole(sampan);
            Assert.Equal(before, sampan.Run("images", "-q", "--no-trunc", "busybox").Succeeds().Line);
            // What a kill has left, the next writer clears away; the pull is none where the killed one had just done everything.
            sampan.Run("rmi", Name).Succeeds();
            Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/incoming"));
            Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/downloads"));
            Assert.False(File.Exists(sampan.Store.Root + "/images/.unfinished"));
        }
        Assert.True(killed > 0, $"no pull was killed before it was done: {campaign}");
    }

    [Fact]
    public void A_push_killed_at_any_moment_leaves_no_half_image_and_the_next_one_goes_on()
    {
        var layers = Enumerable.Range(0, 6).Select(i => new TestTar().File($"f{i}", new string((char)('a' + i), 300_000)).ToArray()).ToArray();
        string digest = _registry.Image("1", layers);
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        string[] before = Directory.GetFileSystemEntries(sampan.Store.Root, "*", SearchOption.AllDirectories);
        var campaign = new Campaign(rounds: 12);
        double whole = 0;
        int killed = 0, went = 0;
        for (int round = 0; round <= campaign.Rounds; round++)
        {
            using var target = new FakeRegistry();
            string name = $"{target.Name}/app:1";
            sampan.Run("tag", Name, name).Succeeds();
            if (round == 0)
            {
                whole = sampan.Run("push", "-q", name).Succeeds().Elapsed.TotalMilliseconds;
                sampan.Run("rmi", name).Succeeds();
                continue;
            }
            Child push = sampan.Start("push", "-q", name);
            var clock = System.Diagnostics.Stopwatch.StartNew();
            double moment = campaign.Random.NextDouble() * whole;
            SpinWait.SpinUntil(() => clock.Elapsed.TotalMilliseconds >= moment);
            push.Signal(9);
            if (push.Finish().ExitCode == 137)
                killed++;
            int blobs = Taken(target);
            Assert.True(!Tagged(target) || blobs == layers.Length + 1, $"a tag without its blobs: {blobs} of {layers.Length + 1}; {campaign}");
            sampan.Run("push", "-q", name).Succeeds();
            Assert.Equal(layers.Length + 1, Taken(target)); // what was there was not sent again
            if (blobs > 0 && blobs <= layers.Length)
                went++;
            Cli other = NewSampan($"other{round}");
            other.Run("pull", "-q", name).Succeeds();
            Assert.Equal(digest, other.Run("image", "inspect", "-f", "{{.Descriptor.digest}}", name).Succeeds().Line);
            sampan.Run("rmi", name).Succeeds();
        }
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(sampan.Store.Root, "*", SearchOption.AllDirectories).Order());
        Assert.True(killed > 0, $"no push was killed before it was done: {campaign}");
        Assert.True(went > 0, $"no push was killed between its first blob and its last: {campaign}");

        static bool Tagged(FakeRegistry target) => target.Behave(new FakeRequest("GET", "/v2/app/manifests/1", new Dictionary<string, string>(), 0)).Status == 200;
        static int Taken(FakeRegistry target) => target.Requests.Count(static r => r.Method == "PUT" && r.Path.Contains("/uploads/"));
    }

    private void AssertWhole(Cli sampan)
    {
        string[] layers = sampan.Run("image", "inspect", "-f", "{{.GraphDriver.Data.UpperDir}} {{.GraphDriver.Data.LowerDir}}", Name).Succeeds().Line.Split(' ');
        Assert.Equal("hello", File.ReadAllText(layers[0] + "/last"));
        Assert.Equal(Files, Directory.GetFiles(layers[1]).Count(static f => new FileInfo(f).Length == 5000));
    }
}
