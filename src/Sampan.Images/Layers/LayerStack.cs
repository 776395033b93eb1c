using Sampan.Oci;

namespace Sampan.Images;

/// <summary>The layers that an image's two documents tell of.</summary>
internal static class LayerStack
{
    /// <summary>What overlayfs takes (OVL_MAX_STACK of fs/overlayfs/params.h); images have a few dozen.</summary>
    private const int Most = 500;

    /// <summary>Digests of the plain layers, lowest first: one for each blob of the manifest.</summary>
    /// <exception cref="SampanException">The documents do not agree, or tell of more layers than can be mounted.</exception>
    public static List<Digest> DiffIds(ImageManifest manifest, ImageConfig config, string what)
    {
        var diffIds = config.RootFs!.DiffIds!.ConvertAll(Digest.Parse);
        return diffIds.Count != manifest.Layers!.Count ? throw new SampanException(ErrorKind.Corrupt, $"{what}: {manifest.Layers.Count} layers, but {diffIds.Count} diff_ids")
            : diffIds.Count > Most ? throw new SampanException(ErrorKind.Unsupported, $"{what}: {diffIds.Count} layers; at most {Most} can be mounted")
            : diffIds;
    }
}
