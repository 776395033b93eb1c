using System.Globalization;
using System.Text;
using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>Registries that want to fill the memory, the disk or the table of descriptors of who pulls from them.</summary>
public sealed class HostilePullTests : RootTest
{
    /// <summary>KiB.</summary>
    private const long MostMemory = 256 << 10;
    private readonly FakeRegistry _registry = new();
    private string Name => $"{_registry.Name}/app:1";

    protected override void CleanUp() => _registry.Dispose();

    [Fact]
    public void A_layer_that_expands_without_end_is_stopped()
    {
        byte[] bomb = ZstdBomb(blocks: 12_000);
        string config = $$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:{{new string('a', 64)}}"]} }""";
        Manifest(config, $$"""{"mediaType":"{{Oci.MediaTypes.LayerZstd}}","digest":"{{_registry.Blob(bomb)}}","size":{{bomb.Length}}}""");
        AssertRefused("expands more than");
    }

    [Fact]
    public void A_token_without_end_is_not_read()
    {
        _registry.Misbehave = r => r.Path.StartsWith("/token", StringComparison.Ordinal) ? new FakeAnswer(200, Encoding.ASCII.GetBytes("{\"token\":\"" + new string('x', 64 << 20)))
            : r.Path == "/v2/" ? null : new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{_registry.Name}/token\""));
        AssertRefused("token", "longer than 1024 KiB");
    }

    [Fact]
    public void A_manifest_that_is_nested_without_end_is_refused()
    {
        _registry.Manifest("1", string.Concat(Enumerable.Repeat("{\"a\":", 300_000)) + "1" + new string('}', 300_000));
        AssertRefused("manifest", "JSON");
    }

    [Fact]
    public void An_image_of_more_layers_than_can_be_mounted_is_refused_before_any_is_fetched()
    {
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[{{{string.Join(',', Enumerable.Range(0, 5000).Select(Fake))}}}]}}""";
        Manifest(config, string.Join(',', Enumerable.Range(0, 5000).Select(static i => $$"""{"mediaType":"{{Oci.MediaTypes.Layer}}","digest":{{Fake(i)}},"size":1}""")));
        AssertRefused("5000 layers");
        Assert.DoesNotContain(_registry.Requests, static r => r.Path.Contains(Fake(0).Trim('"')));

        static string Fake(int i) => string.Create(CultureInfo.InvariantCulture, $"\"sha256:{i:x64}\"");
    }

    [Theory]
    [InlineData("sha256:../../../../../../etc/passwd")]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("")]
    public void A_digest_that_is_none_is_refused_wherever_it_stands(string digest)
    {
        string good = $"sha256:{new string('a', 64)}";
        Manifest($$"""{"os":"linux","rootfs":{"type":"layers","diff_ids":["{{good}}"]} }""", $$"""{"mediaType":"{{Oci.MediaTypes.Layer}}","digest":"{{digest}}","size":1}""");
        AssertRefused("digest");
        Manifest($$"""{"os":"linux","rootfs":{"type":"layers","diff_ids":["{{digest}}"]} }""", $$"""{"mediaType":"{{Oci.MediaTypes.Layer}}","digest":"{{good}}","size":1}""");
        AssertRefused("diff_ids[0]");
        _registry.Manifest("1", $$"""{"schemaVersion":2,"mediaType":"{{Oci.MediaTypes.Index}}","manifests":[{"digest":"{{digest}}","size":1}]}""", Oci.MediaTypes.Index);
        AssertRefused("digest");
    }

    private void Manifest(string config, string layers) => _registry.Manifest("1", $$$"""
        {"schemaVersion":2,"mediaType":"{{{Oci.MediaTypes.Manifest}}}","config":{"mediaType":"{{{Oci.MediaTypes.Config}}}","digest":"{{{_registry.Blob(Encoding.UTF8.GetBytes(config))}}}","size":{{{config.Length}}}},"layers":[{{{layers}}}]}
        """);

    /// <summary>In one line, and without much memory, and nothing of it is here.</summary>
    private void AssertRefused(params string[] words)
    {
        Cli sampan = NewSampan();
        var environment = HostEnvironment;
        environment["SAMPAN_ROOT"] = sampan.Store.Root;
        environment["SAMPAN_RUNROOT"] = sampan.Store.RunRoot;
        const string Measured = "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)";
        var pull = Keep(Child.Start(Machine.Find("python3")!, ["-c", Measured, Path.Combine(Machine.Programs, "sampan"), "pull", "-q", Name], environment)).Finish();
        pull.ExitsWith(1).SaysOneLine(words);
        Assert.InRange(long.Parse(pull.Line, CultureInfo.InvariantCulture), 1, MostMemory);
        Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        foreach (string part in (string[])["incoming", "layers", "images/blobs/sha256"])
            if (Directory.Exists($"{sampan.Store.Root}/{part}"))
                Assert.Empty(Directory.GetFileSystemEntries($"{sampan.Store.Root}/{part}").Where(static f => !Path.GetFileName(f).StartsWith('.')));
    }

    /// <summary>RFC 8878: a frame whose blocks are each one byte, 128 KiB times.</summary>
    private static byte[] ZstdBomb(int blocks)
    {
        var frame = new MemoryStream();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]);
        for (int i = 0; i < blocks; i++)
        {
            uint header = (i == blocks - 1 ? 1u : 0) | (1 << 1) | (128u << 10 << 3);
            frame.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16), 0]);
        }
        return frame.ToArray();
    }
}
