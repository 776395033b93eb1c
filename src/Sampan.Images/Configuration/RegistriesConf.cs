using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Where an image is asked for.</summary>
/// <param name="Path">The repository there.</param>
/// <param name="IsMirror">In place of the registry that its name says.</param>
internal sealed record PullSource(RegistryServer Server, string Path, bool IsMirror);

/// <summary>
/// What an administrator says about registries: which stand in for which, which are not to be used, and what short names mean.
/// </summary>
/// <remarks>containers-registries.conf(5) and containers-registries.conf.d(5): a later file adds to earlier ones, and replaces the rules of a prefix.</remarks>
internal sealed class RegistriesConf
{
    private const string System = "/etc/containers/registries.conf";
    private readonly List<RegistryRule> _rules = [];
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private List<string> _search = [];
    private bool _enforces;

    /// <summary>Programs that keep credentials, in the order in which they are asked; <c>containers-auth.json</c> means the files.</summary>
    public List<string> CredentialHelpers { get; private set; } = [];

    /// <summary>CONTAINERS_REGISTRIES_CONF, or the user's file, or the system's; then the files of the directories beside those. No file at all: as Docker has it.</summary>
    /// <exception cref="SampanException">Corrupt: names file and line.</exception>
    public static RegistriesConf OfEnvironment()
    {
        string user = $"{EnvironmentValue.Of("XDG_CONFIG_HOME") ?? $"{EnvironmentValue.Of("HOME") ?? "/root"}/.config"}/containers/registries.conf";
        string main = EnvironmentValue.Of("CONTAINERS_REGISTRIES_CONF") ?? (Sys.Statx(At.AT_FDCWD, user, out _, 0) == 0 ? user : System);
        return Read([main, .. DropIns($"{System}.d"), .. DropIns($"{user}.d")]);
    }

    internal static RegistriesConf Read(IReadOnlyList<string> files)
    {
        var conf = new RegistriesConf();
        foreach (string file in files)
            if (SmallFile.ReadIfExists(file) is { } text)
                conf.Add(Json.Read<RegistriesFile>(Toml.ToJson(text, file), file), file);
        return conf;
    }

    /// <summary>The images that a short name may mean, the likeliest first; a full name means one.</summary>
    /// <param name="choose">Asks a person; null, or its answer: there is none to ask.</param>
    /// <exception cref="SampanException">Not a reference; or several, and it is not to be guessed.</exception>
    public IReadOnlyList<ImageReference> ToPull(string text, Func<IReadOnlyList<ImageReference>, ImageReference?>? choose = null)
    {
        var all = Meanings(text);
        return all.Count < 2 || !_enforces ? all
            : choose?.Invoke(all) is { } chosen ? [chosen]
            : throw new SampanException(ErrorKind.InvalidArgument, $"{text} could be any of {string.Join(", ", all)}: use the full name (short-name-mode is enforcing)");
    }

    /// <summary>As <see cref="ToPull"/>, for what is here already.</summary>
    public IReadOnlyList<ImageReference> Meanings(string text)
    {
        var plain = ImageReference.Parse(text);
        if (!ImageReference.IsShort(text))
            return [plain];
        string name = text[..^SuffixLength(text)];
        if (_aliases.TryGetValue(name, out string? full))
            return [ImageReference.Parse(full + text[name.Length..])];
        return _search.Count == 0 ? [plain] : _search.ConvertAll(s => ImageReference.Parse($"{s}/{text}"));
    }

    /// <summary>Mirrors and the registry itself, in the order in which they are to be tried.</summary>
    /// <param name="insecure">None of them need be encrypted.</param>
    /// <exception cref="SampanException">PermissionDenied: blocked.</exception>
    public List<PullSource> PullSources(ImageReference name, bool insecure)
    {
        var (rule, covered) = RuleOf(name.ToString());
        if (rule is null)
            return [new PullSource(RegistryServer.Of(name.Domain, insecure), name.Path, false)];
        var sources = new List<PullSource>();
        foreach (var mirror in rule.Mirrors ?? [])
            if (mirror.Serves(name, rule.MirrorByDigestOnly))
                sources.Add(At(mirror.Location, insecure || mirror.Insecure, true));
        sources.Add(At(rule.Location, insecure || rule.Insecure, false));
        return sources;

        PullSource At(string? location, bool relaxed, bool mirror)
        {
            var there = location is null ? name : ImageReference.Parse(location + name.ToString()[covered..]);
            return new PullSource(RegistryServer.Of(there.Domain, relaxed), there.Path, mirror);
        }
    }

    /// <summary>The server of a name, for what is not pulled: mirrors and locations are for reading.</summary>
    /// <param name="name">A reference in full, or a registry.</param>
    /// <exception cref="SampanException">PermissionDenied: blocked.</exception>
    public RegistryServer ServerOf(string domain, string name, bool insecure) => RegistryServer.Of(domain, insecure || RuleOf(name).Rule?.Insecure == true);

    private (RegistryRule? Rule, int Covered) RuleOf(string name)
    {
        RegistryRule? best = null;
        int covered = 0;
        foreach (var rule in _rules)
            if (rule.Covers(name) is var length && length > covered)
                (best, covered) = (rule, length);
        if (best is { Blocked: true })
            throw new SampanException(ErrorKind.PermissionDenied, $"{name}: registry {best.Prefix} is blocked in {best.File}");
        return (best, covered);
    }

    private void Add(RegistriesFile file, string path)
    {
        _search = file.SearchRegistries ?? _search;
        _enforces = file.ShortNameMode is null ? _enforces : file.ShortNameMode == "enforcing";
        CredentialHelpers = file.CredentialHelpers ?? CredentialHelpers;
        foreach (var rule in file.Registries ?? [])
        {
            rule.File = path;
            _rules.RemoveAll(r => r.Prefix == rule.Prefix);
            _rules.Add(rule);
        }
        foreach (var (name, full) in file.Aliases ?? [])
            if (full.Length == 0)
                _aliases.Remove(name);
            else if (!ImageReference.IsShort(name) || SuffixLength(name) > 0 || ImageReference.IsShort(full) || SuffixLength(full) > 0)
                throw new SampanException(ErrorKind.Corrupt, $"{path}: aliases: \"{name}\" = \"{full}\": want a name without a registry and one with, both without tag and digest");
            else
                _aliases[name] = full;
    }

    /// <summary>Characters of the tag and the digest, with the signs before them.</summary>
    private static int SuffixLength(string text)
    {
        int end = text.IndexOf('@') is >= 0 and var at ? at : text.Length;
        int colon = text.LastIndexOf(':', Math.Max(end - 1, 0));
        return text.Length - (colon > text.LastIndexOf('/') ? colon : end);
    }

    private static IEnumerable<string> DropIns(string directory)
        => (Directories.NamesIfExists(directory) ?? []).Where(static n => n.EndsWith(".conf", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n => $"{directory}/{n}");
}
