using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// The list of what refers to a manifest, kept by clients where the registry keeps none: an index under a tag made of the manifest's digest
/// (distribution-spec 1.1, "Referrers Tag Schema").
/// </summary>
internal sealed class ReferrersTag(RemoteRepository repository, RepositoryUploads uploads)
{
    public static string Of(Digest subject) => $"sha256-{subject.Hex}";

    /// <summary>What the tag lists; nothing when there is no such tag.</summary>
    public static async Task<ImageIndex> Read(RemoteRepository repository, Digest subject, CancellationToken stop)
    {
        RemoteManifest list;
        try
        {
            list = await repository.Manifest(Of(subject), stop).ConfigureAwait(false);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.NotFound)
        {
            return new ImageIndex { MediaType = MediaTypes.Index, Manifests = [] };
        }
        // Some tools keep a signature itself under such a name.
        return MediaTypes.IsIndex(list.MediaType) ? Json.Read<ImageIndex>(list.Content, $"referrers of {subject}") : new ImageIndex { MediaType = MediaTypes.Index, Manifests = [] };
    }

    /// <summary>Adds one. Two clients that do so at once may lose one of the two: registries that have no list have no lock either.</summary>
    public async Task Add(Digest subject, Descriptor referrer, CancellationToken stop)
    {
        var list = await Read(repository, subject, stop).ConfigureAwait(false);
        list.Manifests ??= [];
        if (list.Manifests.Exists(m => m.DigestText == referrer.DigestText))
            return;
        list.MediaType = MediaTypes.Index;
        list.Manifests.Add(referrer);
        byte[] content = list.ToJson();
        await uploads.Manifest(Of(subject), content, Digest.OfHash(Sha256.Hash(content)), MediaTypes.Index, stop).ConfigureAwait(false);
    }

    /// <summary>As the specification has an entry of the list: with what the manifest is, and its annotations.</summary>
    public static Descriptor Describe(ImageManifest manifest, string mediaType, Digest digest, long size) => new()
    {
        MediaType = mediaType, Digest = digest, Size = size, ArtifactType = manifest.ArtifactType is { Length: > 0 } type ? type : manifest.Config!.MediaType, Annotations = manifest.Annotations,
    };
}
