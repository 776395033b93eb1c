using System.Security.Cryptography;
using System.Text.Json;
using Sampan.Images;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>kill -9 in the middle of import, load, commit and rmi: the next writer finds, and leaves, a store in which everything has its name and nothing else is there.</summary>
public sealed class KilledWriterTests : RootTest
{
    private const int Rounds = 15;

    [Fact]
    public void A_writer_killed_at_any_moment_leaves_a_clean_store()
    {
        Cli sampan = NewSampan();
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "echo new > /new").Succeeds();
        string id = sampan.Run("images", "-q", "--no-trunc", "busybox").Succeeds().Line;
        string tar = Path.Combine(Work, "images.tar");
        Host("tar", "-C", sampan.Store.Root + "/images", "-cf", tar, "--exclude=.lock", ".").Succeeds();
        string rootfs = Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar");
        (string[] Command, string[]? First)[] writers =
        [
            (["import", rootfs, "imported"], null), (["load", "-i", tar], null), (["commit", "box", "committed"], null), (["rmi", "gone"], ["commit", "box", "gone"]),
        ];
        var random = new Random(7);
        int killed = 0;
        foreach (var (command, first) in writers)
        {
            if (first is not null)
                sampan.Run(first).Succeeds();
            double whole = sampan.Run(command).Succeeds().Elapsed.TotalMilliseconds;
            for (int round = 0; round < Rounds; round++)
            {
                if (first is not null)
                    sampan.Run(first).Succeeds();
                Child writer = sampan.Start(command);
                var clock = System.Diagnostics.Stopwatch.StartNew();
                double moment = random.NextDouble() * whole;
                SpinWait.SpinUntil(() => clock.Elapsed.TotalMilliseconds >= moment);
                writer.Signal(9);
                if (writer.Finish().ExitCode == 137)
                    killed++;
                // Any writer clears up, and the same command works again.
                if (first is not null)
                    sampan.Run(first).Succeeds();
                sampan.Run(command).Succeeds();
                AssertClean(sampan.Store.Root, string.Join(' ', command));
                Assert.Equal(id, sampan.Run("images", "-q", "--no-trunc", "busybox").Succeeds().Line);
            }
        }
        Assert.True(killed > Rounds, $"only {killed} writers were killed before they were done");
    }

    private static void AssertClean(string root, string after)
    {
        Assert.True(!File.Exists(root + "/images/.unfinished"), after);
        Assert.Empty(Directory.GetFileSystemEntries(root + "/incoming"));
        string blobs = root + "/images/blobs/sha256";
        var named = new HashSet<string>();
        var layers = new HashSet<string>();
        foreach (string manifest in Digests(File.ReadAllBytes(root + "/images/index.json"), "manifests"))
        {
            named.Add(manifest);
            byte[] json = File.ReadAllBytes($"{blobs}/{manifest}");
            string config = Digests(json, "config").Single();
            named.UnionWith([config, .. Digests(json, "layers")]);
            var image = JsonReading.Read<ImageConfig>(File.ReadAllBytes($"{blobs}/{config}"));
            layers.UnionWith(ChainId.Of(image.RootFs!.DiffIds!.ConvertAll(Digest.Parse)).Select(c => c.Hex));
        }
        Assert.Equal(named.Order(), Directory.GetFiles(blobs).Select(Path.GetFileName).Order());
        Assert.Equal(layers.Order(), Directory.GetDirectories(root + "/layers").Select(Path.GetFileName).Order());
        foreach (string blob in named)
            Assert.Equal(blob, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes($"{blobs}/{blob}"))));
    }

    private static IEnumerable<string> Digests(byte[] json, string field)
    {
        using var document = JsonDocument.Parse(json);
        var element = document.RootElement.GetProperty(field);
        JsonElement[] all = element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : [element];
        return [.. all.Select(e => e.GetProperty("digest").GetString()![7..])];
    }
}
