using System.Runtime.InteropServices;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Which image of several runs on this machine.</summary>
internal static class Platforms
{
    /// <summary>This machine's architecture, as Go names it.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>The entry for this machine; an index with one entry that does not say is taken at its word.</summary>
    /// <param name="what">The index, for the message.</param>
    public static Descriptor Choose(ImageIndex index, string what)
    {
        var manifests = index.Manifests ?? [];
        foreach (var entry in manifests)
            if (entry.Platform?.Os == "linux" && entry.Platform.Architecture == Architecture)
                return entry;
        if (manifests.Count == 1 && manifests[0].Platform?.Architecture is null)
            return manifests[0];
        throw new SampanException(ErrorKind.NotFound, $"{what}: no image for linux/{Architecture}");
    }
}
