using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>Several pulls of one blob at once, and what they leave.</summary>
public sealed class SharedDownloadTests : RootTest
{
    private const int Half = 300_000;
    private static readonly byte[] s_layer = new TestTar().File("big", RandomBytes(2 * Half)).ToArray();
    private readonly FakeRegistry _registry = new();
    private readonly ManualResetEventSlim _goesOn = new();
    private string Name => $"{_registry.Name}/app:1";
    private static string LayerPath => $"/v2/app/blobs/{FakeRegistry.DigestOf(s_layer)}";
    private static string PartIn(Cli sampan) => $"{sampan.Store.Root}/downloads/{FakeRegistry.DigestOf(s_layer)[7..]}";

    protected override void CleanUp()
    {
        _goesOn.Set();
        _registry.Dispose();
    }

    [Fact]
    public void Two_pulls_of_a_blob_download_it_once()
    {
        Cli sampan = NewSampan();
        Child first = StartHalf(sampan);
        Child second = sampan.Start("pull", Name);
        second.WaitFor("Pulling fs layer");
        _goesOn.Set();
        first.Finish().Succeeds();
        second.Finish().Succeeds();
        Assert.Equal(2, LayerRequests);
        AssertWhole(sampan);
    }

    [Fact]
    public void When_the_one_that_downloads_is_killed_the_other_goes_on()
    {
        Cli sampan = NewSampan();
        Child first = StartHalf(sampan);
        Child second = sampan.Start("pull", Name);
        second.WaitFor("Pulling fs layer");
        _goesOn.Set();
        first.Signal(9);
        first.Finish();
        second.Finish().Succeeds();
        Assert.Equal($"bytes={Half}-", _registry.Requests.Last(static r => r.Path == LayerPath).Range);
        AssertWhole(sampan);
    }

    [Fact]
    public void Ten_pulls_at_once_all_succeed_while_images_come_and_go()
    {
        _registry.Image("1", s_layer, new TestTar().File("x", "y").ToArray());
        Cli sampan = NewSampan();
        for (int round = 0; round < 3; round++)
        {
            Child[] pulls = [.. Enumerable.Range(0, 10).Select(_ => sampan.Start("pull", "-q", Name))];
            Child[] others = [.. Enumerable.Range(0, 5).SelectMany(_ => new[] { sampan.Start("rmi", Name), sampan.Start("image", "prune", "-af") })];
            Child[] lists = [.. Enumerable.Range(0, 5).Select(_ => sampan.Start("images"))];
            foreach (Child one in (Child[])[.. pulls, .. lists])
                one.Finish().Succeeds();
            foreach (Child other in others)
                Assert.DoesNotContain("fault of sampan", other.Finish().Stderr);
            sampan.Run("pull", "-q", Name).Succeeds();
            AssertWhole(sampan);
            sampan.Run("rmi", Name).Succeeds();
        }
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/layers").Where(static f => !Path.GetFileName(f).StartsWith('.')));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/images/blobs/sha256"));
    }

    [Fact]
    public void Prune_removes_what_a_killed_pull_left_and_not_what_one_is_at()
    {
        Cli sampan = NewSampan();
        Child pull = StartHalf(sampan);
        Assert.Equal("Total reclaimed space: 0B", sampan.Run("image", "prune", "-f").Succeeds().Line);
        Assert.True(File.Exists(PartIn(sampan)));
        pull.Signal(9);
        pull.Finish();
        Assert.Equal("Total reclaimed space: 300kB", sampan.Run("image", "prune", "-f").Succeeds().Line);
        Assert.False(File.Exists(PartIn(sampan)));
        _goesOn.Set();
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertWhole(sampan);
    }

    [Fact]
    public void What_lay_there_for_a_week_goes_with_the_next_image()
    {
        Cli sampan = NewSampan();
        _registry.Image("1", s_layer);
        sampan.Run("pull", "-q", Name).Succeeds();
        string recent = sampan.Store.Root + "/downloads/" + new string('a', 64), old = sampan.Store.Root + "/downloads/" + new string('b', 64);
        File.WriteAllText(recent, "half");
        File.WriteAllText(old, "half");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-8));
        sampan.Run("rmi", Name).Succeeds();
        Assert.Equal([recent], Directory.GetFiles(sampan.Store.Root + "/downloads"));
    }

    /// <summary>A pull that has half of the layer, and gets the rest when it may go on.</summary>
    private Child StartHalf(Cli sampan)
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r =>
        {
            if (r.Path != LayerPath)
                return null;
            if (r.Before == 0)
                return _registry.Behave(r) with { CutAfter = Half };
            _goesOn.Wait(Child.Limit);
            return null;
        };
        Child pull = sampan.Start("pull", "-q", Name);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(PartIn(sampan)) && new FileInfo(PartIn(sampan)).Length == Half && LayerRequests == 2, Child.Limit), "half of the layer never came");
        return pull;
    }

    private int LayerRequests => _registry.Requests.Count(static r => r.Path == LayerPath);

    private static void AssertWhole(Cli sampan)
    {
        Assert.Equal(s_layer, File.ReadAllBytes($"{sampan.Store.Root}/images/blobs/sha256/{FakeRegistry.DigestOf(s_layer)[7..]}"));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/downloads"));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/incoming"));
        Assert.False(File.Exists(sampan.Store.Root + "/images/.unfinished"));
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(5).NextBytes(bytes);
        return bytes;
    }
}
