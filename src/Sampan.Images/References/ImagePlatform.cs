using System.Globalization;
using System.Runtime.InteropServices;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What an image is made for: an operating system, a processor, and the kind of it.</summary>
/// <remarks>The grammar and the spellings of <see href="https://github.com/containerd/platforms/blob/v1.0.0/platforms.go">containerd/platforms</see>, which Docker uses too.</remarks>
/// <param name="Architecture">As Go names it: <c>amd64</c>.</param>
/// <param name="Variant">Such as <c>v7</c>; empty for what every processor of the architecture can do.</param>
public sealed record ImagePlatform(string Os, string Architecture, string Variant)
{
    private const string Linux = "linux";

    /// <summary>This machine's.</summary>
    public static ImagePlatform Host { get; } = Normal(Linux, RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        System.Runtime.InteropServices.Architecture.LoongArch64 => "loong64",
        var other => other.ToString().ToLowerInvariant(),
    }, "");

    /// <summary><c>os/arch[/variant]</c>, or one of the first two alone.</summary>
    /// <exception cref="SampanException">Not of that form, or not for Linux.</exception>
    public static ImagePlatform Parse(string text)
    {
        string[] parts = text.ToLowerInvariant().Split('/');
        if (parts.Length > 3 || Array.Exists(parts, static p => p.Length == 0 || p.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_.-")))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{text}\" is not a platform: want OS/ARCHITECTURE[/VARIANT], such as linux/arm64");
        var platform = parts.Length > 1 ? Normal(parts[0], parts[1], parts.Length > 2 ? parts[2] : "")
            : parts[0] == Linux ? Host : Normal(Linux, parts[0], "");
        if (parts.Length == 1 && !IsKnown(platform.Architecture))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{text}\" is neither an operating system nor an architecture: want OS/ARCHITECTURE[/VARIANT], such as linux/arm64");
        return platform.Os == Linux ? platform : throw new SampanException(ErrorKind.Unsupported, $"platform {text}: containers here run Linux");
    }

    /// <summary>That of an image; one that does not say is for this machine.</summary>
    public static ImagePlatform Of(ImageConfig config)
        => string.IsNullOrEmpty(config.Architecture) ? Host : Normal(string.IsNullOrEmpty(config.Os) ? Linux : config.Os, config.Architecture, config.Variant ?? "");

    /// <summary>True for an image that runs where this platform is.</summary>
    public bool Accepts(ImagePlatform other) => RankOf(other) >= 0;

    public override string ToString() => Variant.Length > 0 ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";

    /// <summary>The entries of an index that may lead to an image for this platform, in the order in which they are worth a look: of images the best alone.</summary>
    internal IReadOnlyList<Descriptor> Choose(ImageIndex index)
    {
        Descriptor? best = null;
        int rank = int.MaxValue;
        foreach (var entry in Images(index))
            if (entry.Platform?.Architecture is not null && RankOf(Of(entry.Platform)) is var own && own >= 0 && own < rank)
                (best, rank) = (entry, own);
        if (best is not null)
            return [best];
        var silent = Images(index).Where(static e => e.Platform?.Architecture is null).ToList();
        // One that does not say is taken at its word; of several none is.
        return silent.Count == 1 ? silent : silent.FindAll(static e => MediaTypes.IsIndex(e.MediaType));
    }

    /// <summary>What an index has, for a message.</summary>
    internal static string Offered(ImageIndex index)
        => string.Join(", ", Images(index).Where(static e => e.Platform?.Architecture is not null).Select(static e => Of(e.Platform!).ToString()).Distinct());

    /// <summary>What is an image or leads to images: no attestations, signatures and other things beside them.</summary>
    private static IEnumerable<Descriptor> Images(ImageIndex index)
        => (index.Manifests ?? []).Where(static e => e.Platform?.Os != "unknown" && e.ArtifactType is null && e.Annotation("vnd.docker.reference.type") is null);

    private static ImagePlatform Of(Platform platform) => Normal(string.IsNullOrEmpty(platform.Os) ? Linux : platform.Os, platform.Architecture!, platform.Variant ?? "");

    /// <summary>0 for the platform itself, more for each step down to what its processor can do as well; -1: cannot.</summary>
    private int RankOf(ImagePlatform other)
    {
        int rank = 0;
        foreach (var able in WhatRuns())
        {
            if (able == other)
                return rank;
            rank++;
        }
        return -1;
    }

    /// <remarks>containerd/platforms, compare.go, platformVector.</remarks>
    private IEnumerable<ImagePlatform> WhatRuns()
    {
        yield return this;
        int level = int.TryParse(Variant.AsSpan(Variant.Length > 0 ? 1 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        switch (Architecture)
        {
            case "amd64":
                for (level--; level >= 1; level--)
                    yield return Normal(Os, Architecture, $"v{level}");
                yield return new ImagePlatform(Os, "386", "");
                break;
            case "arm":
                for (level--; level >= 5; level--)
                    yield return new ImagePlatform(Os, Architecture, $"v{level}");
                break;
            case "arm64":
                if (Variant.Length > 0)
                    yield return new ImagePlatform(Os, Architecture, "");
                for (level = 8; level >= 5; level--)
                    yield return new ImagePlatform(Os, "arm", $"v{level}");
                break;
            default:
                break;
        }
    }

    /// <remarks>containerd/platforms, database.go, normalizeArch.</remarks>
    private static ImagePlatform Normal(string os, string architecture, string variant)
    {
        (architecture, variant) = (architecture.ToLowerInvariant(), variant.ToLowerInvariant()) switch
        {
            ("i386", _) => ("386", ""),
            ("x86_64" or "x86-64" or "amd64", "v1" or "") => ("amd64", ""),
            ("x86_64" or "x86-64", var v) => ("amd64", v),
            ("aarch64" or "arm64", "" or "8" or "v8" or "v8.0") => ("arm64", ""),
            ("aarch64" or "arm64", "9" or "9.0" or "v9.0") => ("arm64", "v9"),
            ("aarch64", var v) => ("arm64", v),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "" or "7") => ("arm", "v7"),
            ("arm", "5" or "6" or "8") => ("arm", $"v{variant}"),
            var other => other,
        };
        return new ImagePlatform(os.ToLowerInvariant(), architecture, variant);
    }

    private static bool IsKnown(string architecture)
        => architecture is "386" or "amd64" or "arm" or "arm64" or "loong64" or "mips" or "mips64" or "mips64le" or "mipsle" or "ppc64" or "ppc64le" or "riscv64" or "s390x";
}
