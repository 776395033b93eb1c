namespace Sampan.Engine;

/// <summary>Where an engine keeps its things and finds its programs. Paths are absolute.</summary>
/// <param name="Root">What outlives a reboot: images, layers, containers, volumes.</param>
/// <param name="RunRoot">Live state, gone after a reboot.</param>
/// <param name="Binaries">The directory that holds <c>sampan</c> and <c>sampan-runtime</c>.</param>
public sealed record Places(string Root, string RunRoot, string Binaries)
{
    public const string DefaultRoot = "/var/lib/sampan";
    public const string DefaultRunRoot = "/run/sampan";

    /// <summary>The launcher, <c>sampan-runtime</c>.</summary>
    public string Runtime { get; init; } = $"{Binaries}/sampan-runtime";

    /// <summary>One directory a container, named by its id; each is also its OCI bundle.</summary>
    public string Containers => $"{Root}/containers";

    /// <summary>One symbolic link a container name, its target the id.</summary>
    public string Names => $"{Root}/names";

    public string Volumes => $"{Root}/volumes";

    /// <summary>The launcher's own <c>--root</c>.</summary>
    public string RuntimeState => $"{RunRoot}/runtime";

    /// <summary>The bundle of the container <paramref name="id"/>.</summary>
    public string Container(string id) => $"{Root}/containers/{id}";

    /// <summary>The live side of the container <paramref name="id"/>: its monitor's lock and socket.</summary>
    public string Live(string id) => $"{RunRoot}/containers/{id}";
}
