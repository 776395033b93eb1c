using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Where things of the store lie.</summary>
/// <param name="Root">Absolute, without a slash at the end.</param>
internal sealed record StorePaths(string Root)
{
    public string Images { get; } = Root + "/images";

    public string Blobs => Images + "/blobs/sha256";

    public string Index => Images + "/index.json";

    public string Layout => Images + "/oci-layout";

    /// <summary>Locked by whoever changes the store.</summary>
    public string Lock => Images + "/.lock";

    /// <summary>Exists while blobs or layers may be there that nothing names.</summary>
    public string Unfinished => Images + "/.unfinished";

    /// <summary>Unpacked layers, by chain id.</summary>
    public string Layers { get; } = Root + "/layers";

    /// <summary>What is being brought in: a directory a writer, locked while it lives.</summary>
    public string Incoming => Root + "/incoming";

    /// <summary>Blobs on their way from a registry, by digest; each locked by who downloads it, and left when that dies.</summary>
    public string Downloads => Root + "/downloads";

    public string Containers => Root + "/containers";

    public string Blob(Digest digest) => $"{Blobs}/{digest.Hex}";

    public string Layer(Digest chainId) => $"{Layers}/{chainId.Hex}";
}
