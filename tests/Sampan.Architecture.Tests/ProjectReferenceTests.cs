using System.Xml.Linq;

namespace Sampan.Architecture.Tests;

/// <summary>Which room may enter which: the table of docs/architecture.md, kept by the csproj files.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Sampan.Linux"] = [],
        ["Sampan.Oci"] = [],
        ["Sampan.Launch"] = ["Sampan.Linux", "Sampan.Oci"],
        ["Sampan.Cgroups"] = ["Sampan.Linux", "Sampan.Oci"],
        ["Sampan.Runtime"] = ["Sampan.Launch", "Sampan.Cgroups", "Sampan.Linux", "Sampan.Oci"],
        ["Sampan.Images"] = ["Sampan.Linux", "Sampan.Oci"],
        ["Sampan.Network"] = ["Sampan.Linux"],
        ["Sampan.Build"] = ["Sampan.Images", "Sampan.Runtime", "Sampan.Launch", "Sampan.Cgroups", "Sampan.Linux", "Sampan.Oci"],
        ["Sampan.Engine"] = ["Sampan.Linux", "Sampan.Oci", "Sampan.Launch", "Sampan.Cgroups", "Sampan.Runtime", "Sampan.Images", "Sampan.Network", "Sampan.Build"],
        ["Sampan.Cli"] = ["Sampan.Engine"],
        ["Sampan.OciCli"] = ["Sampan.Runtime"],
        ["Sampan.Daemon"] = ["Sampan.Engine"],
    };

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_enters_only_the_rooms_it_may(string project)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.TryGetValue(name, out string[]? allowed), $"{project}: a room that the table of rooms does not know");
        string[] forbidden = [.. References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)!).Except(allowed)];
        Assert.True(forbidden.Length == 0, $"{name} may not refer to {string.Join(", ", forbidden)}");
    }

    /// <summary>What the two native programs must never carry, for their start-up time and their memory.</summary>
    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_daemon_uses_the_web_stack(string project)
    {
        if (Path.GetFileNameWithoutExtension(project) == "Sampan.Daemon")
            return;
        string[] heavy = [.. References(project, "FrameworkReference").Concat(References(project, "PackageReference"))
            .Where(r => r.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || r.StartsWith("Grpc", StringComparison.Ordinal) || r.StartsWith("Microsoft.Extensions", StringComparison.Ordinal))];
        Assert.True(heavy.Length == 0, $"{project} refers to {string.Join(", ", heavy)}");
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string[] solution = [.. XDocument.Load(Repository.PathOf("Sampan.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value).Order(StringComparer.Ordinal)];
        string[] onDisk = [.. Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")).Order(StringComparer.Ordinal)];
        Assert.Equal(onDisk, solution);
    }

    private static IEnumerable<string> References(string project, string element)
        => XDocument.Load(Repository.PathOf(project)).Descendants(element).Select(r => r.Attribute("Include")!.Value);
}
