using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What a registry has about an image: its signatures, lists of its contents, and the like.</summary>
/// <param name="Subject">The manifest or index that they refer to.</param>
public sealed record Referrers(Digest Subject, IReadOnlyList<Descriptor> List);

public sealed partial class ImageStore
{
    /// <summary>Asks the registry what refers to an image of it: distribution-spec 1.1, "Listing Referrers".</summary>
    /// <param name="name">Mirrors are not asked: most bring the images alone.</param>
    /// <param name="options">With a platform: what refers to that image of an index, and not to the index.</param>
    /// <exception cref="SampanException">NotFound: the registry has no such image.</exception>
    public static async Task<Referrers> FindReferrers(ImageReference name, PullOptions options, CancellationToken stop)
    {
        var conf = RegistriesConf.OfEnvironment();
        var source = conf.PullSources(name, options.Insecure)[^1];
        using var own = options.Sessions is null ? new RegistrySessions() : null;
        var repository = new RemoteRepository((options.Sessions ?? own!).Of(source.Server, CredentialFiles.Of(conf)), source.Path);
        var subject = await SubjectOf(repository, name, options.Platform, stop).ConfigureAwait(false);
        var list = await repository.Referrers(subject, stop).ConfigureAwait(false)
            ?? (await ReferrersTag.Read(repository, subject, stop).ConfigureAwait(false)).Manifests ?? [];
        return new Referrers(subject, list);
    }

    private static async Task<Digest> SubjectOf(RemoteRepository repository, ImageReference name, ImagePlatform? platform, CancellationToken stop)
    {
        string wanted = name.Digest?.ToString() ?? name.Tag!;
        if (platform is null && (await repository.Head(wanted, stop).ConfigureAwait(false) ?? name.Digest) is { } stated)
            return name.Digest ?? stated;
        var top = await repository.Manifest(wanted, stop).ConfigureAwait(false);
        return platform is null ? top.Digest : (await RemoteImage.Find(repository, top, name.Familiar, platform, stop).ConfigureAwait(false)).Digest;
    }
}
