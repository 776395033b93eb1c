using System.Text;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Names of stacks of layers: image-spec 1.1, config.md, "Layer ChainID".</summary>
public static class ChainId
{
    /// <summary>The chain id of each layer with those below it, lowest first.</summary>
    /// <param name="diffIds">Digests of the uncompressed layers, lowest first.</param>
    public static List<Digest> Of(IReadOnlyList<Digest> diffIds)
    {
        var chain = new List<Digest>(diffIds.Count);
        foreach (var diffId in diffIds)
            chain.Add(chain.Count == 0 ? diffId : Digest.OfHash(Sha256.Hash(Encoding.ASCII.GetBytes($"{chain[^1]} {diffId}"))));
        return chain;
    }
}
