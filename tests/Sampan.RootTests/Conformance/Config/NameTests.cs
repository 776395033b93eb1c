using Sampan.Oci;

namespace Sampan.RootTests.Conformance.Config;

/// <summary>config.md, "Hostname", "Domainname", "Annotations", "Extensibility" and "Valid values".</summary>
public sealed class NameTests : ConformanceTest
{
    [Fact]
    public void Host_and_domain_name_are_the_containers_alone()
    {
        string before = File.ReadAllText("/proc/sys/kernel/hostname"), domain = File.ReadAllText("/proc/sys/kernel/domainname");
        Report report = See(s => (s.Hostname, s.Domainname) = ("inner", "example.org"));
        Assert.Equal("inner", report["hostname"]);
        Assert.Equal("example.org", report["domainname"]);
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/hostname"));
        Assert.Equal(domain, File.ReadAllText("/proc/sys/kernel/domainname"));
        Assert.Equal(before.Trim(), See()["hostname"]);
    }

    /// <summary>Without a UTS namespace it would be the host that changes.</summary>
    [Fact]
    public void A_name_without_a_namespace_is_refused()
    {
        Refused(s => (s.Hostname, _) = ("inner", s.Linux!.Namespaces!.RemoveAll(n => n.Type == "uts")));
        Refused(s => (s.Domainname, _) = ("inner", s.Linux!.Namespaces!.RemoveAll(n => n.Type == "uts")));
    }

    [Fact]
    public void Annotations_are_kept()
    {
        string id = Start(s => s.Annotations = new() { ["org.example.key"] = "value", ["empty"] = "", ["org.opencontainers.image.os"] = "linux" });
        Dictionary<string, string> kept = Runtime.State(id).Annotations!;
        Assert.Equal("value", kept["org.example.key"]);
        Assert.Equal("", kept["empty"]);
        Assert.Equal("linux", kept["org.opencontainers.image.os"]);
        Assert.True(Runtime.State(Start(s => s.Annotations = [])).Annotations is null or { Count: 0 });
    }

    [Fact]
    public void A_key_of_an_annotation_is_not_empty() => Refused(s => s.Annotations = new() { [""] = "value" });

    [Fact]
    public void Unknown_properties_are_ignored()
    {
        var bundle = NewBundle();
        string config = Path.Combine(bundle.Path, "config.json"), text = File.ReadAllText(config);
        foreach (string inside in (string[])["\"process\": {", "\"root\": {", "\"linux\": {", "\"user\": {"])
            text = text.Replace(inside, inside + " \"of.tomorrow\": {\"a\": [1, null, true]},", StringComparison.Ordinal);
        File.WriteAllText(config, text.Insert(text.IndexOf('{') + 1, "\"later\": [{}, -1.5e3],"));
        Assert.Contains("of.tomorrow", File.ReadAllText(config));
        Report.Parse(Run(bundle).Succeeds().Stdout);
    }
}
